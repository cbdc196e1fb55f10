package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that serves so many calls at once at full speed; more of them share its time. */
class AdaptiveSlotsTest {

  private static final int FEWEST = 4;
  private static final int MOST = 200;

  private long now = 1_000_000_000_000L;
  private final AdaptiveSlots slots = new AdaptiveSlots(FEWEST, MOST, () -> now);
  private final SplittableRandom random = new SplittableRandom(1);

  @ParameterizedTest
  @ValueSource(ints = {8, 20, 60})
  void underLoadTheyComeNearWhatTheUpstreamTakesAndDoNotDriftAway(int capacity) {
    calls(capacity, 50_000, MOST);
    long sum = 0;
    for (int look = 0; look < 1_000; look++) {
      calls(capacity, 500, MOST);
      assertThat(slots.slots()).isLessThanOrEqualTo(capacity * 2);
      sum += slots.slots();
    }
    assertThat(sum / 1_000).isBetween((long) capacity * 2 / 3, capacity * 2L);
  }

  @Test
  void anUpstreamThatBecomesSlowerGetsFewer() {
    calls(30, 20_000, MOST);
    int before = slots.slots();
    calls(6, 5_000, MOST);
    assertThat(slots.slots()).isLessThan(before / 2).isGreaterThanOrEqualTo(FEWEST);
  }

  @Test
  void whatIsNotNeededIsNotLearnt() {
    calls(30, 5_000, 1);
    assertThat(slots.slots()).isLessThan(15);
  }

  private void calls(int capacity, int calls, int wanted) {
    for (int call = 0; call < calls; call++) {
      int running = Math.min(wanted, slots.slots());
      double load = Math.max(1, (double) running / capacity);
      long nanos = (long) (100e6 * load * Math.exp(0.2 * random.nextGaussian()));
      now += nanos / Math.max(1, running);
      slots.spoke(Duration.ofNanos(nanos), running);
    }
  }
}
