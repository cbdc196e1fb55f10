package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM that runs {@link NodeMain}, and what it has said. Tests read its lines in order. */
final class NodeProcess implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 120;
  private static final String GONE = "its process ended";

  private final Process process;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private NodeProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::listen);
  }

  static NodeProcess start(String config) throws IOException {
    return new NodeProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                config)
            .redirectErrorStream(true)
            .start());
  }

  private void listen() {
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader
          .lines()
          .forEach(
              line -> {
                System.out.println(process.pid() + " " + line);
                if (line.startsWith("> ")) {
                  lines.add(line.substring(2));
                }
              });
    } catch (IOException | UncheckedIOException e) {
      System.out.println(process.pid() + " was cut off: " + e);
    } finally {
      lines.add(GONE);
    }
  }

  /** The rest of the next line that begins with {@code start}; those before it are dropped. */
  String await(String start) throws InterruptedException {
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(line).as("the node must still say: " + start).isNotNull().isNotEqualTo(GONE);
      if (line.startsWith(start)) {
        return line.substring(start.length()).strip();
      }
    }
  }

  void tell(String line) throws IOException {
    process.outputWriter().append(line).append('\n').flush();
  }

  /** SIGTERM. By the handle, as the process itself would lose its input at once. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
