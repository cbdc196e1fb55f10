package dev.weir.gateway.cli;

import dev.weir.gateway.node.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How a node's process is started.
 *
 * @param java the executable
 * @param options before the main class; a later one overrules an earlier one
 * @param environment the variables it sees, beside the class path
 */
record NodeJvm(Path java, String classPath, List<String> options, Map<String, String> environment) {

  /** On 23 and later the JDK warns of libraries that use sun.misc.Unsafe, unless told. */
  private static final int WARNS_OF_UNSAFE = 23;

  NodeJvm {
    options = List.copyOf(options);
    environment = Map.copyOf(environment);
  }

  /** With the JDK and class path of this process, and {@code WEIR_JAVA_OPTS} of its environment. */
  static NodeJvm likeThis() {
    Map<String, String> environment = System.getenv();
    List<String> options = new ArrayList<>(defaults(Runtime.version().feature()));
    Arrays.stream(environment.getOrDefault("WEIR_JAVA_OPTS", "").split("\\s+"))
        .filter(option -> !option.isEmpty())
        .forEach(options::add);
    return new NodeJvm(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        System.getProperty("java.class.path"),
        options,
        environment);
  }

  static List<String> defaults(int version) {
    List<String> options = new ArrayList<>();
    options.add("-Xmx1g");
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.add("--enable-native-access=ALL-UNNAMED");
    if (version >= WARNS_OF_UNSAFE) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    return options;
  }

  /**
   * Starts a node; what it writes goes to {@code log}, the log of its last life beside it. The
   * process does not hear the terminal's interrupt or hang-up: the launcher decides when it ends.
   */
  Process start(Path conf, Path log, Map<String, String> variables) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "weir"));
    command.add(java.toString());
    command.addAll(options);
    command.add(Main.class.getName());
    command.add(conf.toString());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(variables);
    builder.environment().put("CLASSPATH", classPath);
    try {
      if (Files.exists(log)) {
        Files.move(log, Path.of(log + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
      return builder.start();
    } catch (IOException e) {
      throw new Failure("The process of a node cannot be started: " + e.getMessage());
    }
  }

  /** Whether {@code node}'s process lives and is no other that got its number since. */
  static boolean isRunning(NodeRecord node, Path conf) {
    return ProcessHandle.of(node.pid())
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().commandLine())
        .filter(command -> command.contains(conf.toString()))
        .isPresent();
  }
}
