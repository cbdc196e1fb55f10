package dev.weir.inference.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Canary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whole rollouts with seeds: twenty thousand calls in each step, times that scatter as real ones
 * do.
 */
class RolloutTest {

  private static final Canary.Bounds BOUNDS =
      new Canary.Bounds(List.of(1, 10, 50, 100), Duration.ofMinutes(10), 20, 1.25, 0.02);
  private static final int CALLS = 20_000;

  /** How one side behaves: milliseconds to the first token, and shares. */
  private record Side(double millis, double failing, double wrong) {}

  private static final Side STABLE = new Side(200, 0.01, 0.02);

  @Test
  void anEqualCanaryIsHardlyEverSentBack() {
    assertThat(condemned(STABLE, 100)).isLessThanOrEqualTo(5);
  }

  @Test
  void oneThatIsTwiceAsSlowIsSentBackInItsFirstStep() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(step(new Side(400, 0.01, 0.02), 1, seed))
          .hasValueSatisfying(fault -> assertThat(fault.reason()).startsWith("slower"));
    }
  }

  @Test
  void oneThatIsFasterButWrongIsSentBack() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(step(new Side(100, 0.01, 0.4), 1, seed))
          .hasValueSatisfying(
              fault -> assertThat(fault.reason()).startsWith("is wrong more often"));
    }
  }

  @Test
  void oneThatFailsMoreOftenIsSentBack() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(step(new Side(200, 0.4, 0.02), 1, seed))
          .hasValueSatisfying(fault -> assertThat(fault.reason()).startsWith("fails more often"));
    }
  }

  @Test
  void aDifferenceThatNobodyMindsIsAccepted() {
    assertThat(condemned(new Side(220, 0.012, 0.025), 100)).isLessThanOrEqualTo(5);
  }

  @Test
  void ofFewCallsNothingIsSaidAndTheStepIsNotOver() {
    Rollout rollout = new Rollout(BOUNDS);
    for (int call = 0; call < 19; call++) {
      rollout.saw(true, new Seen(1_000_000_000, Verdict.FAILED));
      rollout.saw(false, new Seen(1, Verdict.RIGHT));
    }
    assertThat(rollout.fault()).isEmpty();
    assertThat(rollout.hasEnough()).isFalse();
  }

  @Test
  void equalTimesWithoutAnyScatterAreNoFault() {
    Rollout rollout = new Rollout(BOUNDS);
    for (int call = 0; call < 100; call++) {
      rollout.saw(true, new Seen(5, Verdict.RIGHT));
      rollout.saw(false, new Seen(5, Verdict.RIGHT));
    }
    assertThat(rollout.fault()).isEmpty();
    assertThat(rollout.lastFault()).isEmpty();
    assertThat(rollout.hasEnough()).isTrue();
  }

  private static int condemned(Side canary, int rollouts) {
    int condemned = 0;
    for (int seed = 0; seed < rollouts; seed++) {
      for (int share : BOUNDS.steps()) {
        if (step(canary, share, seed * 1000L + share).isPresent()) {
          condemned++;
          break;
        }
      }
    }
    return condemned;
  }

  private static Optional<Fault> step(Side canary, int share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Rollout rollout = new Rollout(BOUNDS);
    for (int call = 0; call < CALLS; call++) {
      boolean ofCanary = random.nextInt(100) < share;
      rollout.saw(ofCanary, call(ofCanary ? canary : STABLE, random));
      Optional<Fault> fault = rollout.fault();
      if (fault.isPresent()) {
        return fault;
      }
    }
    return rollout.lastFault();
  }

  /** Log-normal times: a long tail, as first tokens have. */
  private static Seen call(Side side, SplittableRandom random) {
    double millis = side.millis() * Math.exp(0.6 * random.nextGaussian());
    boolean failed = random.nextDouble() < side.failing();
    boolean wrong = random.nextDouble() < side.wrong();
    return failed
        ? new Seen(-1, Verdict.FAILED)
        : new Seen((long) (millis * 1e6), wrong ? Verdict.WRONG : Verdict.RIGHT);
  }
}
