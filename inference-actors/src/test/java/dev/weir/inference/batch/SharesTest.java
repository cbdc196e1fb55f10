package dev.weir.inference.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SharesTest {

  @Test
  void partsAreInProportion() {
    assertThat(Shares.of(100, new long[] {1, 3, 1})).containsExactly(20, 60, 20);
    assertThat(Shares.of(7, new long[] {5})).containsExactly(7);
    assertThat(Shares.of(0, new long[] {5, 5})).containsExactly(0, 0);
  }

  @Test
  void partsAddUpAndAreNeverNegative() {
    Random random = new Random(1);
    for (int round = 0; round < 1000; round++) {
      long[] weights = random.longs(1 + random.nextInt(50), 1, 10_000).toArray();
      long total = random.nextLong(1_000_000);
      long[] shares = Shares.of(total, weights);
      assertThat(LongStream.of(shares).sum()).isEqualTo(total);
      assertThat(LongStream.of(shares).min().orElseThrow()).isNotNegative();
    }
  }
}
