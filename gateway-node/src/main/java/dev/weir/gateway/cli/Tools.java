package dev.weir.gateway.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.weir.gateway.node.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every command works with.
 *
 * @param interrupts made when first needed, for it changes what Ctrl-C does
 */
record Tools(Terminal terminal, NodeJvm jvm, java.util.function.Supplier<Interrupts> interrupts) {

  Map<String, String> environment() {
    return jvm.environment();
  }

  /** The folder given, else {@code WEIR_DATA}, else {@code data} beside the launcher. */
  DataFolder data(Optional<Path> given) {
    Path fallback = Path.of(System.getProperty("weir.home", "."), "data");
    return new DataFolder(
        given
            .or(() -> Optional.ofNullable(environment().get("WEIR_DATA")).map(Path::of))
            .orElse(fallback));
  }

  /** The configuration nodes would have with {@code file}. */
  Configuration configuration(Optional<Path> file) {
    try {
      return Configuration.load(file, environment());
    } catch (ConfigException wrong) {
      throw new Failure(String.valueOf(wrong.getMessage()));
    }
  }

  /** Speaks to the nodes of a folder, with the key they were started with. */
  AdminClient admin(List<NodeRecord> nodes) {
    Optional<Path> file = nodes.stream().findFirst().flatMap(NodeRecord::config);
    String given = environment().getOrDefault("WEIR_ADMIN_KEY", "");
    return !given.isBlank() || file.isEmpty()
        ? new AdminClient(given)
        : admin(configuration(file).config());
  }

  static AdminClient admin(Config config) {
    return new AdminClient(config.getString("weir.admin.key"));
  }

  List<NodeRecord> running(DataFolder data) {
    return data.nodes().stream()
        .filter(node -> NodeJvm.isRunning(node, data.conf(node.number())))
        .toList();
  }

  /** The same, where there must be one. */
  List<NodeRecord> someRunning(DataFolder data) {
    List<NodeRecord> running = running(data);
    if (running.isEmpty()) {
      throw new Failure(
          "No node runs in "
              + data.root()
              + ": './weir up' starts one; another folder is chosen"
              + " with --data.");
    }
    return running;
  }

  NodeRecord running(DataFolder data, int number) {
    return someRunning(data).stream()
        .filter(node -> node.number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new Failure(
                    "Node "
                        + number
                        + " does not run; these do: "
                        + running(data).stream().map(NodeRecord::number).toList()
                        + "."));
  }
}
