package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.queue.SimulatedQueue.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Four slots, calls of two seconds: one user sends 100 at once, another one every second. */
class SmallUserTest {

  private static final int SLOTS = 4;
  private static final double SECONDS = 2;
  private static final int BURST = 100;

  /** What the small user saw. */
  private record Seen(double waited, double nextSlot, double busy) {}

  @Test
  void aSmallUserWaitsForTheNextSlotAndNotForTheBurst() {
    sweep(0, 100);
  }

  @Test
  @Tag("acceptance")
  void thousandsOfSeedsDoNotMakeItWait() {
    sweep(1_000, 5_000);
  }

  private static void sweep(long from, int seeds) {
    for (long seed = from; seed < from + seeds; seed++) {
      Seen fair = run(seed, true);
      Seen fifo = run(seed, false);
      assertThat(fair.waited())
          .as("seed %d: wait", seed)
          .isLessThanOrEqualTo(1.2 * fair.nextSlot());
      assertThat(fair.busy()).as("seed %d: busy", seed).isGreaterThan(0.95);
      assertThat(fifo.waited()).as("seed %d: fifo", seed).isGreaterThan(10 * fair.waited());
    }
  }

  private static Seen run(long seed, boolean fair) {
    Random random = new Random(seed);
    SimulatedQueue world = new SimulatedQueue(SLOTS, fair);
    List<Job> small = new ArrayList<>();
    List<Double> nextSlots = new ArrayList<>();
    if (seed % 2 == 1) {
      scatter(world, random);
    }
    world.at(SECONDS, () -> burst(world, random));
    double first = SECONDS + random.nextDouble();
    for (int call = 0; call < BURST; call++) {
      Job job = job(BURST + call, "small", random);
      world.at(
          first + call,
          () -> {
            if (world.waiting.get("big") > 0) {
              small.add(job);
              nextSlots.add(world.toNextFree());
            }
            world.arrive(job, 1);
          });
    }
    world.runUntil(SECONDS + 80);
    double busy = world.busy();
    world.runUntil(1_000);
    return new Seen(
        p95(small.stream().map(job -> world.started.get(job) - world.arrived.get(job)).toList()),
        p95(nextSlots),
        busy);
  }

  /** Something runs already, so that slots do not all become free together. */
  private static void scatter(SimulatedQueue world, Random random) {
    for (int slot = 0; slot < SLOTS; slot++) {
      Job job = job(-1 - slot, "earlier", random);
      world.at(SECONDS * (slot + 0.5) / SLOTS, () -> world.arrive(job, 1));
    }
  }

  private static void burst(SimulatedQueue world, Random random) {
    world.beginToMeasure();
    for (int call = 0; call < BURST; call++) {
      world.arrive(job(call, "big", random), 1);
    }
  }

  private static Job job(int number, String user, Random random) {
    return new Job(number, user, 10 + random.nextInt(3), 100, SECONDS);
  }

  private static double p95(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(0.95 * sorted.size()) - 1);
  }
}
