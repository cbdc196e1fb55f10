package dev.weir.gateway.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir down}. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = {
      "Stops the local cluster: each node ends its work first, for up to 30 seconds.",
      "What it has stored stays."
    })
final class Down implements Callable<Integer> {

  private final Tools tools;

  @Mixin private DataOption data = new DataOption();

  Down(Tools tools) {
    this.tools = tools;
  }

  @Override
  public Integer call() {
    DataFolder folder = tools.data(data.given());
    List<NodeRecord> nodes = folder.nodes();
    int running = tools.running(folder).size();
    new Stopper(folder, tools.terminal(), new Interrupts()).stop(nodes);
    tools
        .terminal()
        .line(
            running == 0
                ? "Nothing runs in " + folder.root() + "."
                : "Stopped " + running + (running == 1 ? " node." : " nodes."));
    return 0;
  }
}
