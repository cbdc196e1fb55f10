package dev.weir.gateway.chat;

import java.util.List;

/**
 * Finds which of some texts is complete first in a text that arrives in pieces, however it is cut.
 * What may be the beginning of one is held back until it is known. Not thread safe.
 */
final class StopSequences {

  private final List<String> stops;
  private final int longest;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopSequences(List<String> stops) {
    this.stops = stops;
    this.longest = stops.stream().mapToInt(String::length).max().orElse(0);
  }

  /** The text as far as it comes before the first stop sequence. */
  static String cut(String text, List<String> stops) {
    StopSequences sequences = new StopSequences(stops);
    String before = sequences.add(text);
    return sequences.found() ? before : text;
  }

  /** Takes the next piece; returns what is certain to come before any stop sequence. */
  String add(String piece) {
    held.append(piece);
    int at = first();
    if (at >= 0) {
      found = true;
      String before = held.substring(0, at);
      held.setLength(0);
      return before;
    }
    int safe = safeLength();
    String before = held.substring(0, safe);
    held.delete(0, safe);
    return before;
  }

  /** What was held back; the text ends here. */
  String rest() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  /** Whether a stop sequence has come. */
  boolean found() {
    return found;
  }

  /** Where the sequence begins that ends first; the longer of two that end together. */
  private int first() {
    int first = -1;
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      int ends = at + stop.length();
      if (at >= 0 && (ends < end || (ends == end && at < first))) {
        first = at;
        end = ends;
      }
    }
    return first;
  }

  /** Everything before the longest end that begins a stop sequence. */
  private int safeLength() {
    for (int from = Math.max(0, held.length() - longest + 1); from < held.length(); from++) {
      String end = held.substring(from);
      if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
        return from;
      }
    }
    return held.length();
  }
}
