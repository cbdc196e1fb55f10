package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code up} says of nodes that end while it watches, with shells in the place of nodes. */
class SupervisorTest {

  private static final String ENDS_WHEN_TOLD = "while :; do read line; done";
  private static final String ENDS_WITH_ITS_INPUT = "trap '' TERM; read line";

  @TempDir private Path root;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final List<Process> processes = new ArrayList<>();
  private DataFolder folder;
  private Tools tools;
  private CompletableFuture<Integer> up;

  @BeforeEach
  void create() {
    folder = new DataFolder(root);
    folder.create();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(new ByteArrayInputStream(new byte[0]), out, out, false, false, false);
    NodeJvm jvm = new NodeJvm(Path.of("/bin/false"), "", List.of(), Map.of());
    tools = new Tools(terminal, jvm, Interrupts::new);
  }

  @AfterEach
  void leaveNothingBehind() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void aNodeThatDiedIsReported() throws IOException {
    Process node = node(1, 0, ENDS_WITH_ITS_INPUT);
    watch();
    node.destroyForcibly();

    assertThat(code()).isEqualTo(1);
    assertThat(said()).contains("Node 1 ended unexpectedly.");
  }

  @Test
  void nodesThatAreStoppedAreNotReportedThoughOneEndsBeforeTheOther() throws IOException {
    node(1, 0, ENDS_WHEN_TOLD);
    Process last = node(2, 0, ENDS_WITH_ITS_INPUT);
    watch();
    CompletableFuture<Void> down =
        CompletableFuture.runAsync(
            () -> new Stopper(folder, tools.terminal(), new Interrupts()).stop(folder.nodes()),
            Thread::startVirtualThread);
    awaitForgotten(1);
    last.getOutputStream().close();

    assertThat(code()).isZero();
    down.orTimeout(30, TimeUnit.SECONDS).join();
    assertThat(said()).doesNotContain("unexpectedly").contains("All nodes have ended.");
  }

  @Test
  void aNodeThatIsDrainedIsNotReported() throws IOException {
    HttpServer admin =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Process node = node(1, admin.getAddress().getPort(), ENDS_WITH_ITS_INPUT);
    admin.createContext(
        "/admin/nodes/drain",
        exchange -> {
          node.destroyForcibly();
          awaitForgotten(1);
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    admin.start();
    try {
      watch();
      int drained = WeirCli.run(tools, "node", "drain", "1", "--data", root.toString());

      assertThat(drained).as(said()).isZero();
      assertThat(code()).isZero();
      assertThat(said()).doesNotContain("unexpectedly").contains("Node 1 has left.");
    } finally {
      admin.stop(0);
    }
  }

  /** A process that is taken for a node, by the file it was started with. */
  private Process node(int number, int admin, String script) throws IOException {
    Path conf = Files.writeString(folder.conf(number), "");
    Files.writeString(folder.log(number), "");
    Process process = new ProcessBuilder("/bin/sh", "-c", script, "node", conf.toString()).start();
    processes.add(process);
    folder.write(new NodeRecord(number, process.pid(), "127.0.0.1", 0, admin, 0, Optional.empty()));
    return process;
  }

  private void watch() {
    up =
        CompletableFuture.supplyAsync(
            () -> new Supervisor(folder, tools, new Interrupts()).watch(),
            Thread::startVirtualThread);
  }

  private int code() {
    return up.orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** Until the supervisor has seen that the node ended. */
  private void awaitForgotten(int number) {
    boolean forgotten =
        new Progress(tools.terminal(), up)
            .await(() -> folder.node(number).isEmpty(), Duration.ofSeconds(30), () -> "waiting");
    assertThat(forgotten).isTrue();
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }
}
