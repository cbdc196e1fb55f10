package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to leave by a signal cuts no stream, whoever reads it. */
class LeaveTest {

  private static final String SLOW =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 20ms, tokens = 200 }";
  private static final String STREAM = "{\"model\":\"sim\",\"input\":\"Tell me.\",\"stream\":true}";

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
      List<EventReader> streams = new ArrayList<>(readings(cluster, 8));
      CompletableFuture<Integer> left =
          CompletableFuture.supplyAsync(() -> cluster.node(1).leave());
      while (!left.isDone()) {
        streams.addAll(readings(cluster, 1));
      }
      streams.add(create(cluster));

      assertThat(left.join()).isZero();
      assertThat(streams).hasSizeGreaterThan(12).allSatisfy(LeaveTest::assertCompletes);
    }
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
