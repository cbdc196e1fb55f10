package dev.weir.inference.limit;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's copy of one limit's books. Once it has promised itself to an owner's term it takes
 * nothing from an earlier one. Not thread safe.
 */
public final class Replica {

  private final LongSupplier nanos;
  private Term promised = Term.NONE;
  private @Nullable Snapshot copy;
  private long received;

  /**
   * An empty copy.
   *
   * @param nanos a clock that only moves forward
   */
  public Replica(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Promises itself to a term, unless it has to a later one; returns to which it now is. */
  public Term claim(Term term) {
    if (term.isAfter(promised)) {
      promised = term;
    }
    return promised;
  }

  /**
   * Takes a copy, unless it has promised not to; returns to which term it now is promised. An owner
   * that began without knowing what this holds has to begin again.
   */
  public Term write(Snapshot snapshot) {
    Snapshot held = copy;
    if (promised.isAfter(snapshot.term())) {
      return promised;
    }
    promised = snapshot.term();
    if (held != null && !snapshot.knows(held)) {
      promised = promised.next("");
    } else if (held == null || snapshot.isAfter(held)) {
      copy = snapshot;
      received = nanos.getAsLong();
    }
    return promised;
  }

  /** What it holds, as old as it now is; null for nothing. */
  public @Nullable Snapshot copy() {
    return copy == null ? null : copy.aged(nanos.getAsLong() - received);
  }
}
