package dev.weir.inference.batch;

/** Splits what a batch has used among its parts. */
public final class Shares {

  private Shares() {}

  /**
   * Parts of {@code total} in proportion to {@code weights}, whole numbers that add up to it: each
   * is what its running sum gains when it is rounded down.
   */
  public static long[] of(long total, long[] weights) {
    double sum = 0;
    for (long weight : weights) {
      sum += weight;
    }
    long[] shares = new long[weights.length];
    double before = 0;
    long given = 0;
    for (int at = 0; at < weights.length; at++) {
      before += weights[at];
      long upTo = at == weights.length - 1 ? total : (long) (total * (before / sum));
      shares[at] = upTo - given;
      given = upTo;
    }
    return shares;
  }
}
