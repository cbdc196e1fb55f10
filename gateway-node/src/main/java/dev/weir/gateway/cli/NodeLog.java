package dev.weir.gateway.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks into a node's log for why it ended. */
final class NodeLog {

  private static final String REASON = "Weir did not start:";

  private NodeLog() {}

  /** What it said last: its own reason if it gave one. */
  static String reason(Path log) {
    try {
      List<String> lines =
          Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
      return lines.stream()
          .filter(line -> line.startsWith(REASON))
          .reduce((first, last) -> last)
          .orElse(lines.isEmpty() ? "It said nothing." : "Its last words: " + lines.getLast());
    } catch (IOException unreadable) {
      return "It left no log.";
    }
  }
}
