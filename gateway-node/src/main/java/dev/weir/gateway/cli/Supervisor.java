package dev.weir.gateway.cli;

import java.time.Duration;
import java.util.List;

/** Watches the nodes of a folder until they have ended or somebody interrupts, then stops them. */
final class Supervisor {

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private final DataFolder data;
  private final Tools tools;
  private final Interrupts interrupts;
  private int lost;

  Supervisor(DataFolder data, Tools tools, Interrupts interrupts) {
    this.data = data;
    this.tools = tools;
    this.interrupts = interrupts;
  }

  /** Returns the exit code: 0 unless a node ended that nobody stopped. */
  int watch() {
    while (!interrupts.await(LOOK_EVERY)) {
      List<NodeRecord> known = data.nodes();
      if (known.isEmpty()) {
        tools.terminal().line("All nodes have ended.");
        return lost == 0 ? 0 : 1;
      }
      known.stream().filter(this::hasDied).forEach(this::forget);
    }
    new Stopper(data, tools.terminal(), interrupts).stop(data.nodes());
    tools.terminal().line("Stopped.");
    return lost == 0 ? 0 : 1;
  }

  /** A command that ends a node takes its record away, or notes that it is stopping, first. */
  private boolean hasDied(NodeRecord node) {
    return !NodeJvm.isRunning(node, data.conf(node.number()))
        && data.node(node.number()).filter(node::equals).isPresent();
  }

  private void forget(NodeRecord node) {
    data.remove(node);
    if (!node.stopping()) {
      report(node);
    }
  }

  private void report(NodeRecord node) {
    lost++;
    tools
        .terminal()
        .note(
            "Node %d ended unexpectedly. %s The whole log: %s"
                .formatted(
                    node.number(),
                    NodeLog.reason(data.log(node.number())),
                    data.log(node.number())));
  }
}
