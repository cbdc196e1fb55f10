package dev.weir.bench.node;

import dev.weir.gateway.cli.Launching;
import dev.weir.gateway.node.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One node in a process of its own. It ends with this process, whatever happens. */
public final class NodeProcess {

  private static final String READY = "Weir is ready: ";

  static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Process process;
  private final CompletableFuture<URI> url;

  private NodeProcess(Process process) {
    this.process = process;
    this.url = CompletableFuture.supplyAsync(this::readyLine, Thread::startVirtualThread);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** Starts it; {@code WEIR_BENCH_JAVA_OPTS} of the environment are further options of its JVM. */
  static NodeProcess start(Path folder, String name, String config) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Launching.options());
    String more = System.getenv().getOrDefault("WEIR_BENCH_JAVA_OPTS", "").strip();
    if (!more.isEmpty()) {
      command.addAll(List.of(more.split("\\s+")));
    }
    command.add(Main.class.getName());
    try {
      command.add(Files.writeString(folder.resolve(name + ".conf"), config).toString());
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(folder.resolve(name + ".log").toFile());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      return new NodeProcess(builder.start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private URI readyLine() {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    return lines
        .lines()
        .filter(line -> line.startsWith(READY))
        .findFirst()
        .map(line -> URI.create(line.substring(READY.length())))
        .orElseThrow(() -> new IllegalStateException("a node ended before it was ready"));
  }

  /** Waits until it says at {@code /health/ready} that it serves. */
  void awaitReady(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    URI ready = url.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
    while (status(ready.resolve("/health/ready")) != 200) {
      if (System.nanoTime() > end || endsWithin(Duration.ofMillis(10))) {
        throw new IllegalStateException("a node did not become ready");
      }
    }
  }

  /** Waits for its end, at most so long; whether it has come. */
  public boolean endsWithin(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static int status(URI uri) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** The answer's body to a GET. */
  public String get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).build()).body();
  }

  /** The answer's body to a POST. */
  public String post(String path, String body) {
    return send(HttpRequest.newBuilder(uri(path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build())
        .body();
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  public URI uri(String path) {
    return url.join().resolve(path);
  }

  /** Where clients connect. */
  public InetSocketAddress address() {
    URI at = url.join();
    return new InetSocketAddress(at.getHost(), at.getPort());
  }

  public long pid() {
    return process.pid();
  }

  /** CPU seconds it has used. */
  public double cpuSeconds() {
    return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / 1000.0;
  }

  /** Bytes its heap holds after a full collection. */
  public long liveHeap() {
    jcmd("GC.run");
    String info = jcmd("GC.heap_info");
    Matcher used = Pattern.compile("used (\\d+)K").matcher(info);
    long bytes = 0;
    while (used.find() && bytes == 0) {
      bytes = Long.parseLong(used.group(1)) * 1024;
    }
    return bytes;
  }

  private String jcmd(String command) {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid()),
                  command)
              .redirectErrorStream(true)
              .start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Ends it as {@code kill -9} does, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
