package dev.weir.bench.upstream;

/**
 * How the mock upstream answers.
 *
 * @param firstTokenMillis from the request's last byte to the answer's first
 * @param gapMillis from one token to the next; 0 writes all that the socket takes at once
 * @param tokens how many an answer has
 * @param silentAfter says nothing more after this many tokens; -1 for never
 */
public record Pace(int firstTokenMillis, int gapMillis, int tokens, int silentAfter) {

  public static Pace of(int firstTokenMillis, int gapMillis, int tokens) {
    return new Pace(firstTokenMillis, gapMillis, tokens, -1);
  }

  public Pace silentAfter(int count) {
    return new Pace(firstTokenMillis, gapMillis, tokens, count);
  }

  /** When token {@code index} is due in an answer to a request that came at {@code begin}. */
  long due(long begin, int index) {
    return begin + 1_000_000L * firstTokenMillis + 1_000_000L * gapMillis * index;
  }
}
