package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Price;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CapsTest {

  /** A token of output costs five nano-USD, one of input one. */
  private static final Price PRICE = new Price(1_000_000, 5_000_000, 1_000_000);

  @Test
  void withoutABoundEverythingFits() {
    Caps caps = new Caps(null, null);
    assertThat(caps.take("a", 1, 1_000_000, 99, PRICE)).isEqualTo(99);
    assertThat(caps.take("a", 2, 1_000_000, 99, PRICE)).isEqualTo(99);
  }

  @Test
  void theOutputIsWhatTheInputLeaves() {
    Caps caps = new Caps(100L, null);
    assertThat(caps.take("a", 1, 70, 50, PRICE)).isEqualTo(30);
    assertThat(caps.take("a", 2, 1, 50, PRICE)).isZero();
  }

  @Test
  void whatAnAttemptDidNotUseTheNextMay() {
    Caps caps = new Caps(100L, null);
    caps.take("a", 1, 70, 50, PRICE);
    caps.took("a", 1, 75, 0);
    caps.took("a", 1, 0, 0);
    assertThat(caps.take("a", 2, 10, 50, PRICE)).isEqualTo(15);
  }

  @Test
  void moneyBoundsTheOutputToo() {
    Caps caps = new Caps(null, 100L);
    assertThat(caps.take("a", 1, 40, 50, PRICE)).isEqualTo(12);
    caps.took("a", 1, 0, 99);
    assertThat(caps.take("a", 2, 0, 50, PRICE)).isZero();
    assertThat(caps.take("a", 3, 0, 50, Price.FREE)).isEqualTo(50);
  }

  @Test
  void anInputThatCannotBePaidIsNotMade() {
    assertThat(new Caps(null, 100L).take("a", 1, 101, 50, PRICE)).isZero();
    assertThat(new Caps(100L, null).take("a", 1, 100, 50, PRICE)).isZero();
  }

  @Test
  void stepsThatHaveNotBegunKeepTheirShare() {
    Caps caps = new Caps(300L, null);
    caps.expect(3);
    assertThat(caps.take("a", 1, 10, 1_000, PRICE)).isEqualTo(90);
    assertThat(caps.take("b", 1, 10, 1_000, PRICE)).isEqualTo(90);
    caps.took("a", 1, 20, 0);
    assertThat(caps.take("c", 1, 10, 1_000, PRICE)).isEqualTo(170);
  }

  @Test
  void whateverComesNoMoreIsTakenThanIsAllowed() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      Caps caps = new Caps(1_000L, 3_000L);
      caps.expect(1 + random.nextInt(4));
      long tokens = 0;
      long cost = 0;
      for (int attempt = 1; attempt < 40; attempt++) {
        String step = "s" + random.nextInt(4);
        int input = random.nextInt(60);
        int output = caps.take(step, attempt, input, 1 + random.nextInt(200), PRICE);
        if (output > 0) {
          long used = random.nextInt(output + 1);
          caps.took(step, attempt, input + used, PRICE.atMost(input, used));
          tokens += input + used;
          cost += PRICE.atMost(input, used);
        }
      }
      assertThat(tokens).as("seed %d", seed).isBetween(300L, 1_000L);
      assertThat(cost).as("seed %d", seed).isLessThanOrEqualTo(3_000);
    }
  }
}
