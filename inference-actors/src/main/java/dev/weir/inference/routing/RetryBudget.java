package dev.weir.inference.routing;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps retries a small share of the calls of the last ten seconds, so that a failing upstream is
 * not met with more calls than a sound one. After Finagle's retry budget (Twitter, {@code
 * RetryBudget}), counted by the second. Not thread safe.
 */
final class RetryBudget {

  private static final int SECONDS = 10;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final double share;
  private final int reserve;
  private final LongSupplier nanos;
  private final long[] calls = new long[SECONDS];
  private final long[] retries = new long[SECONDS];
  private long second;

  /**
   * A budget that nobody has used.
   *
   * @param share how many retries there may be for one call
   * @param reserve how many there may be beside that in ten seconds
   * @param nanos a clock that only moves forward, such as {@code System::nanoTime}
   */
  RetryBudget(double share, int reserve, LongSupplier nanos) {
    this.share = share;
    this.reserve = reserve;
    this.nanos = nanos;
    this.second = Math.floorDiv(nanos.getAsLong(), SECOND);
  }

  /** Counts a call that is no retry. */
  void called() {
    calls[now()]++;
  }

  /** Whether one more retry is within the budget. */
  boolean allows() {
    now();
    return sum(retries) + 1 <= reserve + share * sum(calls);
  }

  /** Counts a retry. */
  void retried() {
    retries[now()]++;
  }

  /** Forgets what is too old; returns where to count. */
  private int now() {
    long current = Math.floorDiv(nanos.getAsLong(), SECOND);
    for (long past = Math.max(second + 1, current - SECONDS + 1); past <= current; past++) {
      calls[Math.floorMod(past, SECONDS)] = 0;
      retries[Math.floorMod(past, SECONDS)] = 0;
    }
    second = Math.max(second, current);
    return Math.floorMod(second, SECONDS);
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
