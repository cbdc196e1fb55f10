package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to leave by a signal cuts no stream, whoever reads it. */
class LeaveTest {

  private static final String SLOW =
      TestCluster.PATIENT
          + "weir.cluster.drain-timeout = 10m\n"
          + "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 20ms, tokens = 200 }";
  private static final String STREAM = "{\"model\":\"sim\",\"input\":\"Tell me.\",\"stream\":true}";

  private static final String ENDLESS =
      STREAM.replace("{", "{\"metadata\":{\"sim.tokens\":\"30000\"},");

  @TempDir private Path data;

  @Test
  void anInferenceNodeEndsTheGenerationsOfOthersBeforeItGoes() {
    try (TestCluster cluster =
        TestCluster.start(data, SLOW, "gateway, orchestrator", "inference", "inference")) {
      List<EventReader> streams = readings(cluster, 6);

      assertThat(cluster.node(2).leave()).isZero();

      assertThat(streams).allSatisfy(LeaveTest::assertCompletes);
      assertCompletes(create(cluster));
    }
  }

  @Test
  void anOrchestratorEndsItsRunsBeforeItGoesAndNoneOfAnother() {
    try (TestCluster cluster =
        TestCluster.start(data, SLOW, "gateway, inference", "orchestrator", "orchestrator")) {
      List<String> holding = untilEachHasOne(cluster);
      List<EventReader> streams = new ArrayList<>(readings(cluster, 8));
      CompletableFuture<Integer> left =
          CompletableFuture.supplyAsync(() -> cluster.node(1).leave());
      streams.addAll(readings(cluster, 5));
      assertThat(left).isNotDone();
      holding.forEach(id -> cluster.post(0, "/v1/responses/" + id + "/cancel", "{}"));
      while (!left.isDone()) {
        streams.addAll(readings(cluster, 1));
      }
      streams.add(create(cluster));

      assertThat(left.join()).isZero();
      assertThat(streams).hasSizeGreaterThan(12).allSatisfy(LeaveTest::assertCompletes);
    }
  }

  /** Begins responses that end only when they are cancelled, until each orchestrator hosts one. */
  private static List<String> untilEachHasOne(TestCluster cluster) {
    List<String> responses = new ArrayList<>();
    Set<String> hosts = new HashSet<>();
    while (hosts.size() < 2) {
      EventReader stream =
          EventReader.create(cluster.http(), cluster.node(0).at("/v1/responses"), ENDLESS);
      String id = stream.take(1).getFirst().at("/response/id").asText();
      responses.add(id);
      hosts.add(id.split("_", -1)[2]);
    }
    return responses;
  }

  private static List<EventReader> readings(TestCluster cluster, int count) {
    List<EventReader> streams = Stream.generate(() -> create(cluster)).limit(count).toList();
    streams.forEach(stream -> stream.take(30));
    return streams;
  }

  private static void assertCompletes(EventReader stream) {
    assertThat(stream.rest().getLast().path("type").asText()).isEqualTo("response.completed");
  }

  private static EventReader create(TestCluster cluster) {
    return EventReader.create(cluster.http(), cluster.node(0).at("/v1/responses"), STREAM);
  }
}
