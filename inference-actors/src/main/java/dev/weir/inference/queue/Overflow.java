package dev.weir.inference.queue;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When it is worth coming back to a full queue: once what has to leave has left, at the rate at
 * which calls end, and those who were sent away before are in. Not thread safe.
 */
public final class Overflow {

  static final Duration SOONEST = Duration.ofSeconds(1);
  static final Duration LATEST = Duration.ofSeconds(60);

  private final DrainRate drain;
  private double sentAway;

  /** Of nobody sent away, by a clock that only moves forward. */
  public Overflow(LongSupplier nanos) {
    drain = new DrainRate(nanos);
  }

  /** A call has ended: one who was sent away may have its room. */
  public void ended() {
    drain.ended();
    sentAway = Math.max(0, sentAway - 1);
  }

  /** A slot is free: nobody who was sent away is short of it. */
  public void over() {
    sentAway = 0;
  }

  /** Sends one away that has room when {@code calls} more have left; returns for how long. */
  public Duration sendAway(double calls) {
    return sendAway(calls, drain.perSecond());
  }

  /** The same, when so many calls end in a second. */
  Duration sendAway(double calls, double perSecond) {
    double seconds = (calls + sentAway) / perSecond;
    sentAway++;
    return clamp(Duration.ofMillis((long) Math.min(1e9, Math.ceil(seconds * 1000))));
  }

  private static Duration clamp(Duration time) {
    if (time.compareTo(SOONEST) < 0) {
      return SOONEST;
    }
    return time.compareTo(LATEST) > 0 ? LATEST : time;
  }
}
