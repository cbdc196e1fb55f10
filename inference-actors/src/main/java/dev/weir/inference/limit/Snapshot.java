package dev.weir.inference.limit;

import java.util.List;

/**
 * An owner's books at one moment, as they are copied. Times are what was left then, in nanoseconds:
 * nodes have no common clock.
 *
 * @param parentTerm of the books that this owner began with
 * @param parentVersion the same
 * @param nodes which nodes were to hold a copy
 * @param base which did of the last one that was known to be safe
 * @param pause how long the upstream wants to be left alone
 */
public record Snapshot(
    Term term,
    long version,
    Term parentTerm,
    long parentVersion,
    List<String> nodes,
    List<String> base,
    long pause,
    List<Dated> dated,
    List<Held> held) {

  public Snapshot {
    nodes = List.copyOf(nodes);
    base = List.copyOf(base);
    dated = List.copyOf(dated);
    held = List.copyOf(held);
  }

  /** What the upstream has seen, and counts for {@code left} more nanoseconds. */
  public record Dated(long left, long requests, long tokens) {}

  /** What one member may still send or receive. */
  public record Held(Member member, List<Use> permits) {

    public Held {
      permits = List.copyOf(permits);
    }
  }

  boolean isAfter(Snapshot other) {
    return isAfter(other.term, other.version);
  }

  private boolean isAfter(Term otherTerm, long otherVersion) {
    int terms = term.compareTo(otherTerm);
    return terms > 0 || (terms == 0 && version > otherVersion);
  }

  /** Whether whoever wrote this knew {@code other}, or wrote it as well. */
  boolean knows(Snapshot other) {
    return other.term.equals(term) || !other.isAfter(parentTerm, parentVersion);
  }

  /** The same books, so much later. */
  Snapshot aged(long nanos) {
    return new Snapshot(
        term,
        version,
        parentTerm,
        parentVersion,
        nodes,
        base,
        Math.max(0, pause - nanos),
        dated.stream()
            .filter(sum -> sum.left() > nanos)
            .map(sum -> new Dated(sum.left() - nanos, sum.requests(), sum.tokens()))
            .toList(),
        held);
  }
}
