package dev.weir.cluster.conduit;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.pekko.stream.Materializer;

/** What every link of one node uses. Thread safe. */
record Wiring(
    ConduitSettings settings,
    long incarnation,
    Transport transport,
    Materializer materializer,
    ScheduledExecutorService timer,
    long origin) {

  /** Nanoseconds since the Conduit was made. */
  long now() {
    return System.nanoTime() - origin;
  }

  FlushClock flushClock() {
    return new FlushClock(settings.flushInterval().toNanos());
  }

  /** The most bytes of frames in one packet. */
  int maxPacket() {
    return settings.maxFrame() - Packets.HEADER;
  }

  /** Runs {@code wake} at the times it is given. */
  LongConsumer alarm(Runnable wake) {
    return at -> {
      long delay = at - now();
      if (delay <= 0) {
        wake.run();
      } else {
        after(delay, wake);
      }
    };
  }

  /** Runs {@code task}, which must not block, after {@code nanos}. */
  @SuppressWarnings("FutureReturnValueIgnored") // the tasks handle their own failures
  void after(long nanos, Runnable task) {
    timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }
}
