package dev.weir.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.node.Await;
import dev.weir.gateway.node.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see and do of a whole node. */
class AdminServerTest {

  private static final String SIM =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 10ms, tokens = 50 }\n";

  private static final Pattern ID = Pattern.compile("resp_[0-9a-z_]+");

  @TempDir private Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.start(data, SIM);
  }

  @AfterEach
  void stop() {
    node.close();
    http.close();
  }

  @Test
  void statusTellsOfTheNodeItsWorkAndItsCluster() throws Exception {
    try (InputStream stream = streaming("30000")) {
      String id = begun(stream);
      JsonNode status = json(send(admin("status").GET()));

      assertThat(status.path("ready").asBoolean()).isTrue();
      assertThat(status.path("draining").asBoolean()).isFalse();
      assertThat(status.path("version").asText()).matches("\\d+\\.\\d+.*");
      assertThat(status.path("runs").asInt()).isEqualTo(1);
      assertThat(status.path("deployments").path("sim").path("running").asInt()).isEqualTo(1);
      JsonNode member = status.path("members").path(0);
      assertThat(member.path("self").asBoolean()).isTrue();
      assertThat(member.path("status").asText()).isEqualTo("up");
      assertThat(member.path("up_since").asLong()).isPositive();
      assertThat(member.path("roles").valueStream().map(JsonNode::asText))
          .containsExactly("gateway", "inference", "orchestrator");
      assertThat(send(cancelling(id)).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void whatItHasHeardOfIsCounted() {
    JsonNode known =
        Await.found(
            "what the node itself offers",
            () -> json(send(admin("status").GET())).path("known"),
            heard -> heard.path("inference_nodes").asInt() == 1);
    assertThat(known.path("run_hosts").asInt()).isEqualTo(1);
  }

  @Test
  void modelsAreListedWithTheirRoutes() throws Exception {
    JsonNode models = json(send(admin("models").GET())).path("models");

    assertThat(models.valueStream().map(model -> model.path("name").asText()))
        .containsExactly("embed", "extract", "sim");
    assertThat(models.path(2).path("deployments").path(0).path("name").asText()).isEqualTo("sim");
  }

  @Test
  void aFaultHoldsFromTheNextGenerationOn() throws Exception {
    JsonNode changed =
        json(send(put("faults/sim", "{\"tokens\": 3, \"faults\": [{\"fault\": \"rate_limit\"}]}")));
    assertThat(changed.path("tokens").asInt()).isEqualTo(3);
    assertThat(changed.path("itl_ms").asDouble()).isEqualTo(10);
    assertThat(json(send(admin("faults/sim").GET())).path("faults").path(0).path("fault").asText())
        .isEqualTo("rate_limit");

    assertThat(outcome()).isEqualTo("failed");
    send(put("faults/sim", "{\"faults\": []}"));
    assertThat(outcome()).isEqualTo("completed");
  }

  @Test
  void mistakesInAFaultNameTheField() throws Exception {
    assertThat(error(put("faults/sim", "{\"faults\": [{\"fault\": \"explode\"}]}"), 400))
        .isEqualTo("faults[0].fault");
    assertThat(error(put("faults/sim", "{\"jitter\": 2}"), 400)).isEqualTo("jitter");
    assertThat(error(put("faults/sim", "{\"tokenz\": 2}"), 400)).isEqualTo("tokenz");
    assertThat(send(admin("faults/nobody").GET()).statusCode()).isEqualTo(404);
  }

  @Test
  void pagesFromElsewhereAreRefused() throws Exception {
    assertThat(send(admin("status").header("Origin", "https://evil.example").GET()).statusCode())
        .isEqualTo(403);
    assertThat(send(admin("status").header("Origin", "null").GET()).statusCode()).isEqualTo(403);
  }

  @Test
  void aDrainingNodeTakesNoNewRunsAndEndsThoseItHas() throws Exception {
    try (InputStream stream = streaming("800")) {
      BufferedReader lines = reader(stream);
      lines.readLine();
      assertThat(send(admin("nodes/drain").POST(HttpRequest.BodyPublishers.noBody())).statusCode())
          .isEqualTo(202);

      HttpResponse<byte[]> readiness = send(HttpRequest.newBuilder(node.url("/health/ready")));
      assertThat(readiness.statusCode()).isEqualTo(503);
      assertThat(readiness.headers().firstValue("connection")).contains("close");
      JsonNode status = json(send(admin("status").GET()));
      assertThat(status.path("draining").asBoolean()).isTrue();
      assertThat(status.path("ready").asBoolean()).isFalse();

      List<String> rest = lines.lines().filter(line -> line.startsWith("event: ")).toList();
      assertThat(rest).endsWith("event: response.completed");
      assertThat(rest).filteredOn("event: response.output_text.delta"::equals).hasSize(800);
    }
    node.node()
        .system()
        .getWhenTerminated()
        .toCompletableFuture()
        .orTimeout(2, TimeUnit.MINUTES)
        .join();
  }

  private String outcome() throws IOException, InterruptedException {
    JsonNode response = json(send(create("{\"model\": \"sim\", \"input\": \"x\"}")));
    return response.path("status").asText(response.toString());
  }

  private InputStream streaming(String tokens) throws IOException, InterruptedException {
    return http.send(
            create(
                    "{\"model\": \"sim\", \"input\": \"x\", \"stream\": true,"
                        + " \"metadata\": {\"sim.tokens\": \""
                        + tokens
                        + "\"}}")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream())
        .body();
  }

  private static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** The id of a response whose call runs. */
  private static String begun(InputStream stream) throws IOException {
    BufferedReader lines = reader(stream);
    String id = "";
    for (String line = lines.readLine();
        !line.contains("response.output_text.delta");
        line = lines.readLine()) {
      Matcher named = ID.matcher(line);
      id = id.isEmpty() && named.find() ? named.group() : id;
    }
    return id;
  }

  private HttpRequest.Builder cancelling(String id) {
    return HttpRequest.newBuilder(node.url("/v1/responses/" + id + "/cancel"))
        .POST(HttpRequest.BodyPublishers.noBody());
  }

  private HttpRequest.Builder create(String body) {
    return HttpRequest.newBuilder(node.url("/v1/responses"))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder admin(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + node.node().adminPort() + "/admin/" + path));
  }

  private HttpRequest.Builder put(String path, String body) {
    return admin(path).PUT(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private String error(HttpRequest.Builder request, int status) throws Exception {
    HttpResponse<byte[]> response = send(request);
    assertThat(response.statusCode()).isEqualTo(status);
    return json(response).path("error").path("param").asText();
  }

  private static JsonNode json(HttpResponse<byte[]> response) {
    return Json.readObject(response.body());
  }
}
