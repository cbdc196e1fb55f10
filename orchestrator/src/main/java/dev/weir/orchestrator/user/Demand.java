package dev.weir.orchestrator.user;

import dev.weir.inference.catalog.Price;

/**
 * What one model call may cost at most.
 *
 * @param inputTokens a bound no count of the upstream is expected to pass
 * @param outputTokens the output wanted
 * @param minimumOutputTokens the least output that is worth a call
 * @param price of the deployment; a reservation assumes that nothing is cached
 */
public record Demand(long inputTokens, long outputTokens, long minimumOutputTokens, Price price) {

  /**
   * @throws IllegalArgumentException if a count is negative or the minimum above what is wanted
   * @throws ArithmeticException if the cost cannot be counted in nano-USD
   */
  public Demand {
    if (inputTokens < 0 || minimumOutputTokens < 0 || outputTokens < minimumOutputTokens) {
      throw new IllegalArgumentException(
          inputTokens + " in, " + minimumOutputTokens + " to " + outputTokens + " out");
    }
    Math.addExact(inputTokens, outputTokens);
    price.atMost(inputTokens, outputTokens);
  }

  /** The worst case of a call whose output is cut off at {@code output} tokens. */
  Amounts worst(long output) {
    return Amounts.request(inputTokens + output, price.atMost(inputTokens, output));
  }

  Amounts worst() {
    return worst(outputTokens);
  }

  Amounts least() {
    return worst(minimumOutputTokens);
  }

  /** The largest output whose worst case {@code left} covers, given that it covers the least. */
  long largestOutput(Limits limits, Amounts left) {
    long low = minimumOutputTokens;
    long high = outputTokens;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (left.covers(limits.bounded(worst(middle)))) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
