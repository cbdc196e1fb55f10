package dev.weir.gateway.cli;

import com.typesafe.config.Config;
import dev.weir.gateway.node.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a local cluster and waits until it serves.",
      "It runs until Ctrl-C or './weir down', and leaves nothing behind."
    })
final class Up implements Callable<Integer> {

  private static final int MOST_NODES = 16;

  private final Tools tools;

  @Option(names = "--nodes", paramLabel = "N", description = "How many nodes. Default: 1.")
  private int nodes = 1;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = {
        "HTTP port of node 1; node k has PORT + k - 1, and its admin port is 1000 above.",
        "Default: weir.http.port, which is 8080."
      })
  private @Nullable Integer port;

  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration (HOCON or JSON) for every node.")
  private @Nullable Path config;

  @Option(names = "--detach", description = "Return once the cluster serves.")
  private boolean detach;

  Up(Tools tools) {
    this.tools = tools;
  }

  @Override
  public Integer call() {
    if (nodes < 1 || nodes > MOST_NODES) {
      throw new Failure(
          "--nodes " + nodes + ": between 1 and " + MOST_NODES + " run on a machine.");
    }
    Optional<Path> file = Optional.ofNullable(config).map(Path::toAbsolutePath);
    Configuration configuration = tools.configuration(file);
    configuration.warnings().forEach(warning -> tools.terminal().note("weir: " + warning));
    DataFolder folder = tools.data(data.given());
    Interrupts interrupts = tools.interrupts().get();
    List<NodeRecord> started =
        folder.locked(() -> start(folder, file, configuration.config(), interrupts));
    new Welcome(folder, started, configuration.config(), detach)
        .lines()
        .forEach(tools.terminal()::line);
    return detach ? 0 : new Supervisor(folder, tools, interrupts).watch();
  }

  private List<NodeRecord> start(
      DataFolder folder, Optional<Path> file, Config configuration, Interrupts interrupts) {
    refuseSecond(folder);
    folder.nodes().forEach(folder::remove);
    int first = port == null ? configuration.getInt("weir.http.port") : port;
    checkPorts(first);
    AdminClient admin = Tools.admin(configuration);
    return new Starter(folder, tools.jvm(), admin, tools.terminal(), interrupts)
        .cluster(nodes, first, file, configuration);
  }

  private void checkPorts(int first) {
    if (first < 1 || first + nodes - 1 > 65_535) {
      throw new Failure("--port " + first + ": a port is between 1 and 65535.");
    }
  }

  private void refuseSecond(DataFolder folder) {
    List<NodeRecord> running = tools.running(folder);
    if (!running.isEmpty()) {
      throw new Failure(
          "A cluster is already up in %s, at %s: './weir status' shows it, './weir down' stops it,"
                  .formatted(folder.root(), running.getFirst().url())
              + " './weir node add' adds to it; another folder is chosen with --data.");
    }
  }
}
