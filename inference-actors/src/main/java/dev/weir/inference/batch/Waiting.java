package dev.weir.inference.batch;

/** A call of which some inputs wait. Plain state of one {@link Lane}. */
final class Waiting<T> {

  final T call;
  final int dimensions;
  final String user;
  final int weight;
  final long since;
  private final long[] tokens;
  private int next;

  Waiting(T call, int dimensions, String user, int weight, long[] tokens, long since) {
    this.call = call;
    this.dimensions = dimensions;
    this.user = user;
    this.weight = weight;
    this.tokens = tokens;
    this.since = since;
  }

  /** Which input is the next to be sent. */
  int next() {
    return next;
  }

  boolean isEmpty() {
    return next == tokens.length;
  }

  /** The tokens of the next input. */
  long tokens() {
    return tokens[next];
  }

  void take() {
    next++;
  }

  int inputsLeft() {
    return tokens.length - next;
  }

  long tokensLeft() {
    long left = 0;
    for (int at = next; at < tokens.length; at++) {
      left += tokens[at];
    }
    return left;
  }
}
