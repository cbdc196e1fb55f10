package dev.weir.gateway.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line in this process; the nodes it starts are processes of their own. */
record Cli(Map<String, String> variables) {

  /** What a command printed, and how it ended. */
  record Result(int code, String out, String err) {}

  Result run(String... arguments) {
    return run(new ByteArrayInputStream(new byte[0]), arguments);
  }

  Result run(InputStream in, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(in, stream(out), stream(err), false, false, false);
    int code = WeirCli.run(new Tools(terminal, jvm(), Interrupts::new), arguments);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private NodeJvm jvm() {
    List<String> options = new ArrayList<>(NodeJvm.defaults(Runtime.version().feature()));
    options.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("PATH", "/usr/bin:/bin");
    return new NodeJvm(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        System.getProperty("java.class.path"),
        options,
        environment);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
