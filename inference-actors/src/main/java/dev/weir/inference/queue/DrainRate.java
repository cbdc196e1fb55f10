package dev.weir.inference.queue;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many calls end in a second, measured over the last {@value #SECONDS} seconds at most, in as
 * many buckets. Not thread safe.
 */
final class DrainRate {

  static final int SECONDS = 30;

  private record Bucket(long second, int ends) {}

  private final LongSupplier nanos;
  private final long began;
  private final ArrayDeque<Bucket> buckets = new ArrayDeque<>();
  private long ends;

  /**
   * Begins to measure.
   *
   * @param nanos a clock that only moves forward
   */
  DrainRate(LongSupplier nanos) {
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  /** A call has ended. */
  void ended() {
    long second = second();
    expire(second);
    Bucket last = buckets.peekLast();
    if (last != null && last.second() == second) {
      buckets.removeLast();
      buckets.add(new Bucket(second, last.ends() + 1));
    } else {
      buckets.add(new Bucket(second, 1));
    }
    ends++;
  }

  /** Ends in a second; the next one is taken to be near, so that it is more than 0 at any time. */
  double perSecond() {
    expire(second());
    double measured = Math.min(SECONDS, (nanos.getAsLong() - began) / 1e9);
    return (ends + 1) / Math.max(1, measured);
  }

  private long second() {
    return TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - began);
  }

  private void expire(long now) {
    while (!buckets.isEmpty() && buckets.getFirst().second() <= now - SECONDS) {
      ends -= buckets.removeFirst().ends();
    }
  }
}
