package dev.weir.cluster.conduit;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a link writes: at once when it was quiet for an interval or when something is
 * urgent, else one interval after the last write. So a lone stream never waits, and many share one
 * write.
 *
 * <p>Times are nanoseconds of one clock that is never negative. Not thread safe.
 */
final class FlushClock {

  private static final long NEVER = Long.MAX_VALUE;

  private final long interval;
  private @Nullable LongConsumer alarm;
  private long lastWrite;
  private long due = NEVER;

  FlushClock(long interval) {
    this.interval = interval;
    this.lastWrite = -interval;
  }

  /**
   * Starts over on a new connection, and calls back the old one so that it sees it is old. {@code
   * next} is told when to come back.
   */
  void connected(LongConsumer next) {
    disconnected();
    alarm = next;
  }

  void disconnected() {
    LongConsumer old = alarm;
    alarm = null;
    due = NEVER;
    if (old != null) {
      old.accept(0);
    }
  }

  /** There is something to write. */
  void request(boolean urgent, long now) {
    long at = urgent ? now : Math.max(now, lastWrite + interval);
    if (at < due && alarm != null) {
      due = at;
      alarm.accept(at);
    }
  }

  boolean isDue(long now) {
    return due <= now;
  }

  void written(long now) {
    lastWrite = now;
    due = NEVER;
  }

  long lastWrite() {
    return lastWrite;
  }
}
