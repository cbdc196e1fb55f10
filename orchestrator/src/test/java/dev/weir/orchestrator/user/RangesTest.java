package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RangesTest {

  @Test
  void holdsExactlyWhatWasPutIn() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Set<Long> truth = new HashSet<>();
      Ranges ranges = Ranges.EMPTY;
      for (int i = 0; i < 60; i++) {
        long number = random.nextInt(80);
        truth.add(number);
        ranges = ranges.with(number);
      }
      for (long number = -1; number <= 80; number++) {
        assertThat(ranges.contains(number))
            .as("seed %d, %d", seed, number)
            .isEqualTo(truth.contains(number));
      }
      for (int i = 1; i < ranges.ranges().size(); i++) {
        assertThat(ranges.ranges().get(i).from())
            .isGreaterThan(ranges.ranges().get(i - 1).to() + 1);
      }
    }
  }

  @Test
  void isOneRangeWhereNothingIsMissing() {
    Ranges ranges = Ranges.EMPTY;
    for (long number : new long[] {3, 1, 2, 5, 4}) {
      ranges = ranges.with(number);
    }
    assertThat(ranges.ranges()).containsExactly(new Ranges.Range(1, 5));
  }
}
