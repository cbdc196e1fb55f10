package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real processes on loopback, patient with a busy machine: they meet, are killed and stopped. */
class ClusterProcessesTest {

  private final List<NodeProcess> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(NodeProcess::close);
  }

  @Test
  void threeNodesBecomeOneClusterThatOutlivesAKilledOneAndLetsOneGo() throws Exception {
    List<Integer> management = FreePorts.take(3);
    List<String> ports = new ArrayList<>();
    for (int port : management) {
      start("management-port = " + port + ", contact-points = \"" + points(management) + "\"");
    }
    for (NodeProcess node : started) {
      ports.add(node.await("port"));
    }
    for (NodeProcess node : started) {
      List<String> up = new ArrayList<>();
      for (int i = 0; i < ports.size(); i++) {
        up.add(node.await("up"));
      }
      assertThat(up).containsExactlyInAnyOrderElementsOf(ports);
    }

    started.get(0).kill();
    assertThat(started.get(1).await("removed")).isEqualTo(ports.get(0));
    assertThat(started.get(2).await("removed")).isEqualTo(ports.get(0));

    started.get(1).terminate();
    assertThat(started.get(2).await("left")).isEqualTo(ports.get(1));
    assertThat(started.get(1).exitCode()).isEqualTo(128 + 15);
  }

  @Test
  void aNodeWithoutContactPointsIsAClusterByItselfAndExitsWithItsOwnCodeWhenDowned()
      throws Exception {
    NodeProcess node = start("");
    node.await("ready");
    node.tell("down");
    assertThat(node.exitCode()).isEqualTo(ClusterFormation.EXIT_DOWNED);
  }

  private NodeProcess start(String settings) throws IOException {
    NodeProcess node =
        NodeProcess.start(
            "weir.cluster { lease = none, acceptable-heartbeat-pause = 6s, " + settings + " }");
    started.add(node);
    return node;
  }

  private static String points(List<Integer> ports) {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }
}
