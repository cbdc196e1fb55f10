package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The promise of exact budgets, under every disorder a seed can bring. */
class BudgetSimulationTest {

  private static final int STEPS = 400;

  @Test
  void nothingIsLostWhereNothingCrashes() {
    int granted = 0;
    for (long seed = 0; seed < 200; seed++) {
      BudgetWorld world = run(seed, false, false);
      assertThat(world.stuck()).as("seed %d", seed).isEqualTo(Amounts.ZERO);
      granted += world.granted;
    }
    assertThat(granted).isPositive();
  }

  @Test
  void crashesLossAndRepetitionNeverExceedTheBudget() {
    sweep(0, 300);
  }

  @Test
  @Tag("acceptance")
  void thousandsOfSeedsNeverExceedTheBudget() {
    sweep(1000, 10_000);
  }

  private static void sweep(long from, int seeds) {
    int crashes = 0;
    int overruns = 0;
    int lost = 0;
    int refused = 0;
    int granted = 0;
    for (long seed = from; seed < from + seeds; seed++) {
      BudgetWorld world = run(seed, true, seed % 2 == 1);
      Amounts blocks = Amounts.ZERO;
      for (int crash = 0; crash < world.blocksLost(); crash++) {
        blocks = blocks.plus(world.evidence.blockAtMost());
      }
      assertThat(world.evidence.unsettled().plus(blocks).covers(world.stuck()))
          .as("seed %d: at most one block's rest for each crash", seed)
          .isTrue();
      crashes += world.crashes;
      overruns += world.evidence.overruns();
      lost += world.evidence.lost();
      refused += world.refused;
      granted += world.granted;
    }
    assertThat(crashes).isGreaterThan(seeds);
    assertThat(overruns).isGreaterThan(seeds / 3);
    assertThat(lost).isGreaterThan(seeds / 3);
    assertThat(granted).isGreaterThan(5 * seeds);
    assertThat(refused).isGreaterThan(seeds);
  }

  private static BudgetWorld run(long seed, boolean hostile, boolean timeFlies) {
    BudgetWorld world = new BudgetWorld(seed, hostile, timeFlies);
    try {
      for (int step = 0; step < STEPS; step++) {
        world.step();
      }
      world.settleEverything();
    } catch (AssertionError | RuntimeException broken) {
      throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
    }
    return world;
  }
}
