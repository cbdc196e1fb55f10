package dev.weir.inference.queue;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.GradientLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many calls an upstream takes at once without keeping them waiting, learnt from times to the
 * first token: more while these stay near the best there were, fewer when they rise above it.
 * Within bounds. Not thread safe.
 *
 * <p>Netflix concurrency-limits: {@code GradientLimit}, over windows of a second. Its successor
 * {@code Gradient2Limit} takes the long-term average for the best, and under a load that never ends
 * drifts to the upper bound whatever the upstream takes (a million simulated calls).
 */
public final class AdaptiveSlots {

  /** Times may rise by a fifth before slots are taken away: prompts differ in length. */
  private static final double TOLERANCE = 1.2;

  private static final int FEWEST_IN_WINDOW = 10;

  private final LongSupplier nanos;
  private final Limit limit;

  /**
   * Begins with the fewest.
   *
   * @param nanos a clock that only moves forward, such as {@code System::nanoTime}
   */
  public AdaptiveSlots(int fewest, int most, LongSupplier nanos) {
    this.nanos = nanos;
    this.limit =
        WindowedLimit.newBuilder()
            .minWindowTime(1, TimeUnit.SECONDS)
            .maxWindowTime(1, TimeUnit.SECONDS)
            .windowSize(FEWEST_IN_WINDOW)
            .build(
                GradientLimit.newBuilder()
                    .minLimit(fewest)
                    .initialLimit(fewest)
                    .maxConcurrency(most)
                    .rttTolerance(TOLERANCE)
                    .build());
  }

  /** A first token has come, so long after its call began, while so many ran. */
  public void spoke(Duration firstToken, int running) {
    long took = Math.max(1, firstToken.toNanos());
    limit.onSample(nanos.getAsLong() - took, took, running, false);
  }

  public int slots() {
    return limit.getLimit();
  }
}
