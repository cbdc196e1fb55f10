package dev.weir.gateway.cli;

import dev.weir.gateway.version.Version;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line {@code ./weir}. */
@Command(
    name = "weir",
    mixinStandardHelpOptions = true,
    versionProvider = WeirCli.Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Serves language-model work to many users at once, on a cluster of nodes.",
    footer = {"", "Begin with: ./weir up"})
public final class WeirCli implements Runnable {

  private static final int FAILED = 1;

  @Spec private CommandSpec spec;

  private WeirCli() {}

  public static void main(String[] args) {
    Tools tools = new Tools(Terminal.ofProcess(), NodeJvm.likeThis(), Interrupts::ofProcess);
    System.exit(run(tools, args));
  }

  /** Runs one command; returns the exit code: 0, 1 (it failed and said why) or 2 (misused). */
  static int run(Tools tools, String... args) {
    CommandLine line =
        new CommandLine(new WeirCli())
            .addSubcommand(new Up(tools))
            .addSubcommand(new Down(tools))
            .addSubcommand(Nodes.command(tools))
            .addSubcommand(new Status(tools))
            .addSubcommand(new Chat(tools))
            .addSubcommand(new Doctor(tools))
            .addSubcommand(new Completion(tools));
    line.setOut(writer(tools.terminal().out()));
    line.setErr(writer(tools.terminal().err()));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof Failure known) {
            tools.terminal().note("weir: " + known.getMessage());
            return FAILED;
          }
          throw failure;
        });
    return line.execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Weir " + Version.text()};
    }
  }
}
