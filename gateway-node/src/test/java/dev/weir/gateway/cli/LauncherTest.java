package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.node.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with real processes: a cluster's life from up to down. */
class LauncherTest {

  @TempDir private Path folder;
  private final Cli cli = new Cli(Map.of());

  @AfterEach
  void leaveNothingBehind() {
    weir("down");
    assertThat(processes()).isEmpty();
  }

  @Test
  void aClusterComesUpGrowsShrinksAndGoesDown() {
    int port = freePort();
    Cli.Result up = weir("up", "--nodes", "2", "--port", "" + port, "--detach");
    assertThat(up.code()).as(up.err()).isZero();
    assertThat(up.out())
        .contains("2 nodes, one cluster")
        .contains("curl -N http://127.0.0.1:" + port + "/v1/responses");
    assertThat(states()).containsExactly("ready", "ready");
    assertThat(processes()).hasSize(2);

    assertThat(weir("up", "--port", "" + (port + 10)))
        .satisfies(
            second -> {
              assertThat(second.code()).isEqualTo(1);
              assertThat(second.err()).contains("already up").contains("./weir down");
            });

    assertThat(weir("node", "add").out()).contains("Node 3 serves at");
    assertThat(members()).isEqualTo(3);

    assertThat(weir("node", "drain", "1").out()).contains("Node 1 has left.");
    assertThat(states()).containsExactly("ready", "ready");
    assertThat(members()).isEqualTo(2);

    assertThat(weir("node", "kill", "2").code()).isZero();
    assertThat(processes()).hasSize(1);

    assertThat(weir("down").out()).contains("Stopped 1 node.");
    assertThat(processes()).isEmpty();
    assertThat(weir("status").err()).contains("No node runs in").contains("./weir up");
  }

  @Test
  void aNodeThatCannotStartSaysWhyAndNothingStays() {
    Cli.Result up =
        new Cli(Map.of("WEIR_ROLES", "gardener"))
            .run("up", "--port", "" + freePort(), "--data", folder.toString());

    assertThat(up.code()).isEqualTo(1);
    assertThat(up.err()).contains("weir.roles").contains("gardener").contains("node-1.log");
    assertThat(new DataFolder(folder).nodes()).isEmpty();
  }

  @Test
  void aTakenPortIsNamedAndNothingIsStarted() throws IOException {
    try (ServerSocket taken = new ServerSocket(freePort(), 1, InetAddress.getLoopbackAddress())) {
      Cli.Result up = weir("up", "--nodes", "2", "--port", "" + (taken.getLocalPort() - 1));

      assertThat(up.code()).isEqualTo(1);
      assertThat(up.err())
          .contains("Port " + taken.getLocalPort() + ", which node 2 needs")
          .contains("--port");
      assertThat(new DataFolder(folder).nodes()).isEmpty();
    }
  }

  private Cli.Result weir(String... arguments) {
    List<String> all = new java.util.ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.toString()));
    return cli.run(all.toArray(String[]::new));
  }

  /** What the nodes say of themselves, once all of them have answered in time. */
  private JsonNode nodes() {
    return Await.found(
        "all nodes to answer",
        () -> {
          String json = weir("status", "--json").out();
          return Json.readObject(json.getBytes(StandardCharsets.UTF_8)).path("nodes");
        },
        nodes -> states(nodes).stream().noneMatch("silent"::equals));
  }

  private List<String> states() {
    return states(nodes());
  }

  private static List<String> states(JsonNode nodes) {
    return nodes.valueStream().map(node -> node.path("state").asText()).toList();
  }

  /** How many members the last node sees up. */
  private long members() {
    JsonNode nodes = nodes();
    return nodes
        .path(nodes.size() - 1)
        .path("status")
        .path("members")
        .valueStream()
        .filter(member -> member.path("status").asText().equals("up"))
        .count();
  }

  private List<Long> processes() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().commandLine().filter(c -> c.contains(folder.toString())).isPresent())
        .map(ProcessHandle::pid)
        .toList();
  }

  /** With room above it for three nodes. */
  private static int freePort() {
    return Ports.internal(new Random(), Set.of());
  }
}
