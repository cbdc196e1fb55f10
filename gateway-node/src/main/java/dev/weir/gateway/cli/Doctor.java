package dev.weir.gateway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks whether './weir up' with the same options can work: JDK, configuration, data folder,"
          + " ports.",
      "Exit code 0 when all is well, else 1."
    })
final class Doctor implements Callable<Integer> {

  private static final int OLDEST_JDK = 21;
  private static final long ENOUGH_DISK = 1L << 30;

  private final Tools tools;
  private boolean ill;

  @Option(names = "--nodes", paramLabel = "N", description = "How many nodes. Default: 1.")
  private int nodes = 1;

  @Option(names = "--port", paramLabel = "PORT", description = "HTTP port of node 1.")
  private @Nullable Integer port;

  @Mixin private DataOption data = new DataOption();

  @Option(names = "--config", paramLabel = "FILE", description = "Configuration to check.")
  private @Nullable Path config;

  Doctor(Tools tools) {
    this.tools = tools;
  }

  @Override
  public Integer call() {
    jdk();
    int first = configuration();
    DataFolder folder = tools.data(data.given());
    folder(folder);
    List<NodeRecord> running = tools.running(folder);
    running.forEach(node -> say(true, "node " + node.number() + " runs already, at " + node.url()));
    if (running.isEmpty()) {
      ports(first);
    }
    return ill ? 1 : 0;
  }

  private void jdk() {
    int version = Runtime.version().feature();
    say(
        version >= OLDEST_JDK,
        "JDK "
            + Runtime.version()
            + " in "
            + System.getProperty("java.home")
            + (version >= OLDEST_JDK ? "" : ": Weir needs " + OLDEST_JDK + " or newer"));
  }

  private int configuration() {
    try {
      var loaded = tools.configuration(Optional.ofNullable(config));
      loaded.warnings().forEach(warning -> say(false, warning));
      say(true, config == null ? "configuration: the defaults" : "configuration: " + config);
      return port == null ? loaded.config().getInt("weir.http.port") : port;
    } catch (Failure wrong) {
      say(false, String.valueOf(wrong.getMessage()));
      return port == null ? 8080 : port;
    }
  }

  private void folder(DataFolder folder) {
    Path existing = folder.root();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    say(
        Files.isDirectory(existing) && Files.isWritable(existing),
        "data folder "
            + folder.root()
            + (Files.isWritable(existing) ? "" : ": not writable, choose another with --data"));
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      say(free >= ENOUGH_DISK, "free on its disk: " + (free >> 20) + " MB");
    } catch (IOException unknown) {
      say(false, "free on its disk: unknown, " + unknown.getMessage());
    }
  }

  private void ports(int first) {
    for (int offset = 0; offset < nodes; offset++) {
      port(first + offset, "HTTP of node " + (offset + 1));
      port(Ports.adminOf(first) + offset, "admin of node " + (offset + 1));
    }
  }

  private void port(int number, String use) {
    boolean free = Ports.isFree("127.0.0.1", number);
    say(
        free,
        "port "
            + number
            + ", "
            + use
            + (free ? "" : ": taken, end what listens there or choose others with --port"));
  }

  private void say(boolean well, String what) {
    ill |= !well;
    tools.terminal().line((well ? "ok    " : "FAIL  ") + what);
  }
}
