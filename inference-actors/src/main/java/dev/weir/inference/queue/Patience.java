package dev.weir.inference.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a call is ready to wait, in nanoseconds; {@code Long.MAX_VALUE} is for ever.
 *
 * @param start until it has a slot
 * @param end until it is answered
 */
public record Patience(long start, long end) {

  public static final Patience ENDLESS = new Patience(Long.MAX_VALUE, Long.MAX_VALUE);

  /** So long until it has a slot, so long until it is answered; null is for ever. */
  public static Patience of(@Nullable Duration start, @Nullable Duration end) {
    return new Patience(nanos(start), nanos(end));
  }

  private static long nanos(@Nullable Duration time) {
    return time == null || time.toDays() > 365 ? Long.MAX_VALUE : Math.max(0, time.toNanos());
  }

  /** How long it can wait for its slot, when it is likely to hold that for so long. */
  long untilStart(double held) {
    return end == Long.MAX_VALUE ? start : Math.min(start, Math.max(0, end - (long) held));
  }
}
