package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.node.Await;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key whose first response died with its node leads to that response, never to a second one. */
class IdempotencyAfterDeathTest {

  private static final String SLOW =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 20ms, tokens = 30000 }";

  @TempDir private Path data;

  @Test
  void theKeyOfALostResponseTellsOfItAndOfNoOther() {
    try (TestCluster cluster =
        TestCluster.start(
            data, SLOW, "gateway, orchestrator, inference", "gateway, orchestrator")) {
      String stored = "{\"model\": \"sim\", \"input\": \"Tell me.\", \"stream\": true}";
      String unstored = stored.replace("{", "{\"store\": false, ");
      String id = begin(cluster, "stored", stored);
      begin(cluster, "unstored", unstored);
      cluster.node(1).kill();

      HttpResponse<String> again = answer(cluster, "stored", stored);
      assertThat(again.statusCode()).isEqualTo(200);
      assertThat(again.body()).contains(id, "response.failed", "host_lost");
      assertThat(again.headers().firstValue("idempotent-replayed")).contains("true");
      assertThat(answer(cluster, "stored", stored).body()).isEqualTo(again.body());

      HttpResponse<String> gone = answer(cluster, "unstored", unstored);
      assertThat(gone.statusCode()).isEqualTo(409);
      assertThat(gone.body()).contains("idempotency_key_used");
    }
  }

  /** Something is said on the second node; returns the response's id. */
  private static String begin(TestCluster cluster, String key, String body) {
    EventReader stream = EventReader.open(cluster.http(), request(cluster.node(1), key, body));
    List<JsonNode> seen = stream.take(10);
    return seen.getFirst().at("/response/id").asText();
  }

  /** What the first node says, once it knows of the other's death. */
  private static HttpResponse<String> answer(TestCluster cluster, String key, String body) {
    List<HttpResponse<String>> answers = new ArrayList<>();
    Await.until(
        "an answer",
        () -> {
          answers.add(cluster.send(request(cluster.node(0), key, body)));
          return answers.getLast().statusCode() != 503;
        });
    return answers.getLast();
  }

  private static HttpRequest request(TestCluster.Member node, String key, String body) {
    return HttpRequest.newBuilder(node.at("/v1/responses"))
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString(body))
        .build();
  }
}
