package dev.weir.inference.cache.redis;

import dev.weir.cluster.node.FreePorts;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A real Redis in a process of its own, which can be killed, frozen and started again. */
public final class TestRedis implements AutoCloseable {

  private static final String BUNDLED = "/redis-server-";
  private static @Nullable Path program;

  private final int port = FreePorts.one();
  private final String password;
  private Process process;

  private TestRedis(String password) {
    this.password = password;
    this.process = launch();
  }

  /** One that keeps nothing on disk and lets everybody in. */
  public static TestRedis start() {
    return start("");
  }

  /** One that wants a password, unless that is empty. */
  public static TestRedis start(String password) {
    return new TestRedis(password);
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://" + (password.isEmpty() ? "" : ":" + encoded() + "@") + "127.0.0.1:" + port;
  }

  private String encoded() {
    return URLEncoder.encode(password, StandardCharsets.UTF_8);
  }

  private Process launch() {
    List<String> command =
        new ArrayList<>(
            List.of(program().toString(), "--port", String.valueOf(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--daemonize", "no"));
    if (!password.isEmpty()) {
      command.addAll(List.of("--requirepass", password));
    }
    try {
      Process started =
          new ProcessBuilder(command)
              .directory(program().getParent().toFile())
              .redirectErrorStream(true)
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      awaitReady(started);
      return started;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void awaitReady(Process started) throws IOException {
    BufferedReader lines = started.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
      if (line.contains("Ready to accept connections")) {
        Thread drain = new Thread(() -> lines.lines().forEach(ignored -> {}));
        drain.setDaemon(true);
        drain.start();
        return;
      }
    }
    throw new IOException("Redis ended: " + said);
  }

  /** Ends at once, with all it held. */
  public void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Redis lives on.");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts again, at the same place, with nothing. */
  public void restart() {
    kill();
    process = launch();
  }

  /** Takes what comes and answers nothing, until it thaws. */
  public void freeze() {
    signal("-STOP");
  }

  public void thaw() {
    signal("-CONT");
  }

  private void signal(String name) {
    try {
      int code = new ProcessBuilder("kill", name, String.valueOf(process.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill " + name + ": " + code);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at it, or changes it, from outside. */
  public <T> T with(Function<RedisCommands<String, byte[]>, T> use) {
    RedisClient client = RedisClient.create(RedisURI.create(url()));
    try (StatefulRedisConnection<String, byte[]> connection =
        client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE))) {
      return use.apply(connection.sync());
    } finally {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** The first of the bundled programs that runs here. */
  private static synchronized Path program() {
    if (program == null) {
      program =
          candidates().stream()
              .map(TestRedis::unpack)
              .filter(TestRedis::runs)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("No Redis for this machine."));
    }
    return program;
  }

  private static List<String> candidates() {
    boolean arm = System.getProperty("os.arch").contains("aarch64");
    if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac")) {
      return List.of(arm ? "6.2.6-v5-darwin-arm64" : "6.2.6-v5-darwin-amd64");
    }
    return arm ? List.of("6.2.7-linux-arm64") : List.of("6.2.6-v5-linux-amd64", "6.2.7-linux-386");
  }

  private static Path unpack(String name) {
    try (InputStream bundled = TestRedis.class.getResourceAsStream(BUNDLED + name)) {
      Path file = Files.createTempDirectory("weir-redis").resolve("redis-server");
      Files.copy(bundled, file);
      if (!file.toFile().setExecutable(true)) {
        throw new IOException("Cannot run " + file);
      }
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean runs(Path file) {
    try {
      Process asked =
          new ProcessBuilder(file.toString(), "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return asked.waitFor(30, TimeUnit.SECONDS) && asked.exitValue() == 0;
    } catch (IOException cannot) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
