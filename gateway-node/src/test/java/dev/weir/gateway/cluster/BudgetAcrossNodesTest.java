package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.node.Await;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One user's budget is one budget, whichever of three equal nodes is asked. */
class BudgetAcrossNodesTest {

  private static final int REQUESTS = 200;
  private static final int RUNS = 37;
  private static final int NODES = 3;
  private static final String INPUT = "a ".repeat(400).strip();
  private static final int OUTPUT = 92;

  /** 400 tokens of input with 8 around them, and the output. */
  private static final int RESERVED = 408 + OUTPUT;

  /** What the upstream says was used; what 37 runs leave over is too little for another. */
  private static final int USED = 400 + OUTPUT;

  private static final String SETTINGS =
      TestCluster.PATIENT
          + """
          weir {
            http.admission-wait = 2m
            deployments.scripted {
              provider = openai, base-url = "%s/v1", slots = 64, input-margin = 1.0
            }
            models.scripted { deployments = [scripted] }
            tiers.daily { tokens-per-day = %d }
            api-key = secret
            users.local { tier = daily }
          }
          """;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path data;

  @Test
  void aDaysTokensAreEnoughForExactlySoManyOfManyAtOnceOnThreeNodes() {
    String every = "gateway, orchestrator, inference";
    try (ScriptedUpstream upstream = ScriptedUpstream.start(BudgetAcrossNodesTest::play);
        TestCluster cluster =
            TestCluster.start(
                data, SETTINGS.formatted(upstream.url(), RUNS * RESERVED), every, every, every)) {
      List<HttpResponse<String>> answers =
          IntStream.range(0, REQUESTS)
              .mapToObj(at -> ask(cluster, at % NODES, at % 2 == 0))
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .toList();

      assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(RUNS);
      assertThat(answers)
          .filteredOn(answer -> answer.statusCode() == 200)
          .allSatisfy(answer -> assertThat(answer.body()).contains("\"status\":\"completed\""));
      assertThat(answers)
          .filteredOn(answer -> answer.statusCode() != 200)
          .hasSize(REQUESTS - RUNS)
          .allSatisfy(BudgetAcrossNodesTest::assertRefused);
      assertThat(upstream.requests()).hasSize(RUNS);
      for (int node = 0; node < NODES; node++) {
        assertUsageAddsUp(cluster, node);
      }
      assertThat(upstream.requests()).hasSize(RUNS);
    }
  }

  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    exchange.events();
    exchange.event(UpstreamChat.delta("so"));
    UpstreamChat.end(exchange, USED - OUTPUT, OUTPUT);
  }

  private static CompletableFuture<HttpResponse<String>> ask(
      TestCluster cluster, int node, boolean stream) {
    String body =
        "{\"model\": \"scripted\", \"input\": \"%s\", \"max_output_tokens\": %d, \"stream\": %s}"
            .formatted(INPUT, OUTPUT, stream);
    HttpRequest request =
        request(cluster, node, "/v1/responses").POST(BodyPublishers.ofString(body)).build();
    return cluster.http().sendAsync(request, BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(TestCluster cluster, int node, String path) {
    return HttpRequest.newBuilder(cluster.node(node).at(path))
        .header("Authorization", "Bearer secret");
  }

  private static void assertRefused(HttpResponse<String> answer) throws IOException {
    JsonNode error = JSON.readTree(answer.body()).path("error");
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(error.path("type").asText()).isEqualTo("too_many_requests");
    assertThat(error.path("code").asText()).isEqualTo("insufficient_quota");
    assertThat(answer.headers().firstValueAsLong("Retry-After")).isPresent();
  }

  private static void assertUsageAddsUp(TestCluster cluster, int node) {
    Await.until(
        "the usage to add up on node " + node,
        () -> {
          Usage usage =
              Usage.of(
                  JSON.readTree(cluster.send(request(cluster, node, "/v1/usage").build()).body()));
          return usage.equals(new Usage(RUNS * RESERVED, RUNS * USED, RUNS * (RESERVED - USED), 0));
        });
  }
}
