package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import dev.weir.cluster.node.NodeSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir node …}: changes a cluster while it serves. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Adds, drains or kills a node of the running local cluster.")
final class Nodes implements Runnable {

  @Spec private CommandSpec spec;

  private Nodes() {}

  static CommandLine command(Tools tools) {
    return new CommandLine(new Nodes())
        .addSubcommand(new Add(tools))
        .addSubcommand(new Drain(tools))
        .addSubcommand(new Kill(tools));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command: add, drain or kill.");
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Starts one more node; returns once it serves.")
  static final class Add implements Callable<Integer> {
    private final Tools tools;
    @Mixin private DataOption data = new DataOption();

    Add(Tools tools) {
      this.tools = tools;
    }

    @Override
    public Integer call() {
      DataFolder folder = tools.data(data.given());
      NodeRecord node = folder.locked(() -> start(folder));
      tools.terminal().line("Node " + node.number() + " serves at " + node.url() + ".");
      return 0;
    }

    private NodeRecord start(DataFolder folder) {
      List<NodeRecord> running = tools.someRunning(folder);
      AdminClient admin = tools.admin(running);
      Interrupts interrupts = tools.interrupts().get();
      return new Starter(folder, tools.jvm(), admin, tools.terminal(), interrupts).oneMore(running);
    }
  }

  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = {
        "Takes a node out without cutting a stream: it takes no new work, ends what it has,",
        "leaves the cluster and ends. Ctrl-C stops the waiting, not the draining."
      })
  static final class Drain implements Callable<Integer> {

    private static final Duration LEAVING = Duration.ofSeconds(60);

    private final Tools tools;
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "K", description = "The node's number.")
    private int number;

    Drain(Tools tools) {
      this.tools = tools;
    }

    @Override
    public Integer call() {
      DataFolder folder = tools.data(data.given());
      NodeRecord node = tools.running(folder, number);
      AdminClient admin = tools.admin(List.of(node));
      Config config = tools.configuration(Optional.of(folder.conf(number))).config();
      Duration patience = LEAVING.plus(NodeSettings.from(config).cluster().stopping().longest());
      drain(folder, admin, node);
      boolean gone =
          new Progress(tools.terminal(), Progress.endOf(ProcessHandle.of(node.pid()).stream()))
              .await(
                  () -> !NodeJvm.isRunning(node, folder.conf(number)),
                  patience,
                  () -> "draining node " + number + runs(admin, node));
      if (!gone) {
        throw new Failure(
            "Node %d still runs after %d s: './weir node kill %d' ends it; its log is %s."
                .formatted(number, patience.toSeconds(), number, folder.log(number)));
      }
      folder.remove(node);
      tools.terminal().line("Node " + number + " has left.");
      return 0;
    }

    private static void drain(DataFolder folder, AdminClient admin, NodeRecord node) {
      folder.stopping(node);
      try {
        admin.drain(node);
      } catch (Failure unheard) {
        folder.write(node);
        throw unheard;
      }
    }

    private static String runs(AdminClient admin, NodeRecord node) {
      return admin
          .status(node.admin())
          .map((JsonNode status) -> ": " + status.path("runs").asInt() + " runs to end")
          .orElse(": leaving");
    }
  }

  @Command(
      name = "kill",
      mixinStandardHelpOptions = true,
      description = "Ends a node at once, as a crash would (kill -9); the others carry on.")
  static final class Kill implements Callable<Integer> {
    private final Tools tools;
    @Mixin private DataOption data = new DataOption();

    @Parameters(paramLabel = "K", description = "The node's number.")
    private int number;

    Kill(Tools tools) {
      this.tools = tools;
    }

    @Override
    public Integer call() {
      DataFolder folder = tools.data(data.given());
      NodeRecord node = tools.running(folder, number);
      folder.remove(node);
      new Stopper(folder, tools.terminal(), new Interrupts()).kill(List.of(node));
      tools.terminal().line("Node " + number + " is dead.");
      return 0;
    }
  }
}
