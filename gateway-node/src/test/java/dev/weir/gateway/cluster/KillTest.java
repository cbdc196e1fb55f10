package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.node.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the dead did not own is served; what they owned comes to an end that can be read. */
class KillTest {

  private static final String SLOW =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 20ms, tokens = 200 }";
  private static final String STREAM = "{\"model\":\"sim\",\"input\":\"Tell me.\",\"stream\":true}";
  private static final String ENDLESS =
      STREAM.replace("{", "{\"metadata\":{\"sim.tokens\":\"30000\"},");

  @TempDir private Path data;

  @Test
  void aGatewaysReadersResumeElsewhereWithoutGapOrRepeat() {
    try (TestCluster cluster =
        TestCluster.start(
            data, SLOW, "gateway", "gateway, orchestrator, inference", "orchestrator")) {
      EventReader stream = create(cluster, 0);
      List<JsonNode> seen = stream.take(30);
      cluster.node(0).kill();
      seen = append(seen, stream.rest());
      String id = idOf(seen);
      long last = seen.getLast().path("sequence_number").asLong();
      try (EventReader rest = resume(cluster, 1, id, last)) {
        List<JsonNode> all = append(seen, rest.rest());
        assertContiguous(all);
        assertThat(all.getLast().path("type").asText()).isEqualTo("response.completed");
        assertThat(EventReader.text(all))
            .isEqualTo(all.getLast().at("/response/output/0/content/0/text").asText());
      }
    }
  }

  @Test
  void anInferenceNodesDeathEndsWhatItHadBegunAndSparesTheRest() {
    try (TestCluster cluster =
        TestCluster.start(
            data, SLOW, "gateway, orchestrator", "orchestrator", "inference", "inference")) {
      EventReader one = create(cluster, 0);
      EventReader other = create(cluster, 0);
      one.take(30);
      other.take(30);
      cluster.node(2).kill();
      String first = one.rest().getLast().path("type").asText();
      String second = other.rest().getLast().path("type").asText();
      assertThat(List.of(first, second))
          .allMatch(type -> type.matches("response\\.(completed|incomplete)"));
      Await.until(
          "another answer", () -> lastType(create(cluster, 0)).equals("response.completed"));
      cluster.node(3).kill();
      assertCancelsWhatNoNodeHasAccepted(cluster);
    }
  }

  /** The last inference node is gone and nobody knows yet; the status line did not wait for it. */
  private static void assertCancelsWhatNoNodeHasAccepted(TestCluster cluster) {
    EventReader stream = create(cluster, 0);
    String path = "/v1/responses/" + idOf(stream.take(1));
    assertThat(cluster.post(0, path + "/cancel", "{}").body()).contains("\"status\":\"cancelled\"");
    assertThat(stream.rest().getLast().at("/response/status").asText()).isEqualTo("cancelled");
    assertThat(cluster.get(0, path).body()).contains("\"status\":\"cancelled\"");
  }

  @Test
  void aRunHostsDeathLeavesEveryStoredResponseTerminalAndEveryTurnThere() {
    try (TestCluster cluster =
        TestCluster.start(
            data, SLOW, "gateway, orchestrator, inference", "gateway, orchestrator")) {
      EventReader done = create(cluster, 1);
      String turn = idOf(done.rest());
      EventReader stream = create(cluster, 1, ENDLESS);
      String id = idOf(stream.take(30));
      cluster.node(1).kill();
      Await.until(
          "a terminal response",
          () -> {
            String body = cluster.get(0, "/v1/responses/" + id).body();
            return body.contains("\"status\":\"failed\"") && body.contains("host_lost");
          });
      assertThat(cluster.get(0, "/v1/responses/" + turn).body())
          .contains("\"status\":\"completed\"");
      Await.until(
          "the conversation to go on",
          () ->
              cluster
                  .post(
                      0,
                      "/v1/responses",
                      "{\"model\":\"sim\",\"input\":\"And?\",\"max_output_tokens\":3,\"previous_response_id\":\""
                          + turn
                          + "\"}")
                  .body()
                  .contains("\"status\":\"incomplete\""));
    }
  }

  @Test
  void aClusterOfTwoSurvivesTheLossOfEither() {
    for (int victim = 0; victim < 2; victim++) {
      int survivor = 1 - victim;
      try (TestCluster cluster =
          TestCluster.start(
              folder("two-" + victim),
              SLOW,
              "gateway, orchestrator, inference",
              "gateway, orchestrator, inference")) {
        cluster.node(victim).kill();
        Await.until(
            "the survivor of node " + victim + " to answer",
            () -> lastType(create(cluster, survivor)).equals("response.completed"));
      }
    }
  }

  private Path folder(String name) {
    Path folder = data.resolve(name);
    assertThat(folder.toFile().mkdir()).isTrue();
    return folder;
  }

  private static String lastType(EventReader stream) {
    return stream.rest().getLast().path("type").asText();
  }

  private static EventReader create(TestCluster cluster, int node) {
    return create(cluster, node, STREAM);
  }

  private static EventReader create(TestCluster cluster, int node, String body) {
    return EventReader.create(cluster.http(), cluster.node(node).at("/v1/responses"), body);
  }

  private static EventReader resume(TestCluster cluster, int node, String id, long after) {
    return EventReader.resume(
        cluster.http(),
        cluster.node(node).at("/v1/responses/" + id + "?stream=true&starting_after=" + after));
  }

  private static String idOf(List<JsonNode> events) {
    return events.getFirst().path("response").path("id").asText();
  }

  private static List<JsonNode> append(List<JsonNode> first, List<JsonNode> rest) {
    List<JsonNode> all = new ArrayList<>(first);
    all.addAll(rest);
    return all;
  }

  private static void assertContiguous(List<JsonNode> events) {
    for (int at = 0; at < events.size(); at++) {
      assertThat(events.get(at).path("sequence_number").asInt()).isEqualTo(at);
    }
  }
}
