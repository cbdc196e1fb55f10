package dev.weir.gateway.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Stops local nodes: politely, and what does not listen by force. */
final class Stopper {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);

  private final DataFolder data;
  private final Terminal terminal;
  private final Interrupts interrupts;

  Stopper(DataFolder data, Terminal terminal, Interrupts interrupts) {
    this.data = data;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  /** Returns when none of them runs; each had the time to end its work, unless somebody insists. */
  void stop(List<NodeRecord> nodes) {
    boolean insistedBefore = interrupts.insisted();
    nodes.forEach(this::note);
    nodes.forEach(node -> signal(node, false));
    new Progress(terminal, endOf(nodes))
        .await(
            () -> running(nodes).isEmpty() || interrupts.insisted() != insistedBefore,
            PATIENCE,
            () -> "stopping " + names(running(nodes)) + ": work in hand ends first");
    List<NodeRecord> deaf = running(nodes);
    if (!deaf.isEmpty()) {
      terminal.note("Killing " + names(deaf) + ".");
      kill(deaf);
    }
    nodes.forEach(data::remove);
  }

  /** Ends them at once, without a word to the others. */
  void kill(List<NodeRecord> nodes) {
    nodes.forEach(node -> signal(node, true));
    boolean gone =
        new Progress(terminal, endOf(nodes))
            .await(
                () -> running(nodes).isEmpty(),
                AFTER_KILL,
                () -> "killing " + names(running(nodes)));
    if (!gone) {
      throw new Failure("The operating system does not end " + names(running(nodes)) + ".");
    }
  }

  /** What cannot be written keeps nobody from stopping. */
  private void note(NodeRecord node) {
    try {
      data.stopping(node);
    } catch (Failure unwritten) {
      terminal.note("weir: " + unwritten.getMessage());
    }
  }

  private CompletableFuture<?> endOf(List<NodeRecord> nodes) {
    return Progress.endOf(
        running(nodes).stream().flatMap(node -> ProcessHandle.of(node.pid()).stream()));
  }

  private List<NodeRecord> running(List<NodeRecord> nodes) {
    return nodes.stream().filter(this::isRunning).toList();
  }

  private boolean isRunning(NodeRecord node) {
    return NodeJvm.isRunning(node, data.conf(node.number()));
  }

  private void signal(NodeRecord node, boolean force) {
    if (isRunning(node)) {
      ProcessHandle.of(node.pid())
          .ifPresent(
              process -> {
                boolean sent = force ? process.destroyForcibly() : process.destroy();
                if (!sent && isRunning(node)) {
                  throw new Failure(
                      "Node %d (process %d) is not ours to stop: it was started by another user."
                          .formatted(node.number(), node.pid()));
                }
              });
    }
  }

  private static String names(List<NodeRecord> nodes) {
    return nodes.stream().map(node -> "node " + node.number()).collect(Collectors.joining(", "));
  }
}
