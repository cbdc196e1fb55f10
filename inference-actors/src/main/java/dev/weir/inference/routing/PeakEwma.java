package dev.weir.inference.routing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How soon the first token of one more call is likely to come, by deployment: a moving average that
 * takes a peak at once and forgets it slowly, times the calls that are under way (Finagle's Peak
 * EWMA). Not thread safe.
 */
final class PeakEwma {

  /** After so long an old time counts for a third. */
  private static final double MEMORY = TimeUnit.SECONDS.toNanos(10);

  private static final int MOST = 1_000;

  private static final class Known {
    double nanos;
    long at;
    int pending;
  }

  private final LongSupplier nanos;

  /** Of those that were called last: clients make up names behind a prefix as they like. */
  private final Map<String, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST;
        }
      };

  PeakEwma(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A call is on its way. */
  void began(String deployment) {
    of(deployment).pending++;
  }

  /** A call that began is over; null when it never spoke, else how long that took. */
  void ended(String deployment, @Nullable Duration firstToken) {
    Known it = of(deployment);
    it.pending = Math.max(0, it.pending - 1);
    if (firstToken != null) {
      double kept = kept(it);
      double took = firstToken.toNanos();
      it.nanos = Math.max(took, it.nanos * kept + took * (1 - kept));
      it.at = nanos.getAsLong();
    }
  }

  /** What to expect, in nanoseconds; least for what nobody has called yet. */
  double cost(String deployment) {
    Known it = of(deployment);
    return (it.nanos * kept(it) + 1) * (it.pending + 1);
  }

  private double kept(Known it) {
    return Math.exp(-(nanos.getAsLong() - it.at) / MEMORY);
  }

  private Known of(String deployment) {
    return known.computeIfAbsent(
        deployment,
        name -> {
          Known fresh = new Known();
          fresh.at = nanos.getAsLong();
          return fresh;
        });
  }
}
