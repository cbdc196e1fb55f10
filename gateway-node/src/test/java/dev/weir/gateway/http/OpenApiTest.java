package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.id.Ulid;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.node.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code openapi.json} says what is served, no more and no less. */
class OpenApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void describesEveryEndpoint() throws IOException {
    assertThat(documented()).isEqualTo(served());
  }

  @Test
  void everyReferenceLeadsSomewhere() throws IOException {
    JsonNode document = document();
    for (JsonNode reference : document.findValues("$ref")) {
      assertThat(document.at(reference.asText().substring(1)).isMissingNode())
          .as(reference.asText())
          .isFalse();
    }
  }

  @Test
  void everyEndpointItDescribesAnswers(@TempDir Path data) throws Exception {
    try (TestNode node = TestNode.start(data, "")) {
      for (String operation : documented()) {
        String method = operation.substring(0, operation.indexOf(' '));
        String path = operation.substring(method.length() + 1).replaceAll("\\{\\w+}", "some");
        HttpResponse<String> answer =
            node.send(node.request(path).method(method, BodyPublishers.ofString("{}")));

        assertThat(answer.statusCode()).as(operation).isNotEqualTo(405);
        assertThat(answer.body()).as(operation).doesNotContain("no_such_route");
      }
    }
  }

  private static Set<String> served() {
    var weir = ConfigFactory.load().getConfig("weir");
    var basics =
        new GatewayServer.Basics(
            Callers.from(weir),
            new Ulid(Clock.systemUTC(), new Random(1)),
            () -> true,
            new InFlight());
    var services = new GatewayServer.Services(null, null, null, null, null, null);
    return GatewayServer.endpoints(
            new Bodies(null, 1), HttpSettings.from(weir), basics, services, null, null)
        .all()
        .stream()
        .map(endpoint -> endpoint.method().value() + " " + endpoint.path())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> documented() throws IOException {
    Set<String> operations = new TreeSet<>();
    document()
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    return operations;
  }

  private static JsonNode document() throws IOException {
    try (InputStream file = OpenApiTest.class.getResourceAsStream("/openapi.json")) {
      return JSON.readTree(file);
    }
  }
}
