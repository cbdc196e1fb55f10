package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Deployment;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Eight slots, calls of a second on average, many users; goodput is what meets its objective in a
 * second. Past capacity it stays where it was: what cannot be served in time is refused when it
 * comes, and what is taken is served in time.
 */
class OverloadTest {

  private static final int SLOTS = 8;
  private static final double SECOND = 1e9;
  private static final double WARM = 20;
  private static final double END = 140;

  /** What calls want: a slot within two seconds, or their answer within four. */
  private enum Objective {
    START,
    END;

    /** The least part; nobody knows how long an answer will be, which the end depends on. */
    double kept() {
      return switch (this) {
        case START -> 0.985;
        case END -> 0.97;
      };
    }

    Patience patience() {
      return switch (this) {
        case START -> new Patience((long) (2 * SECOND), Long.MAX_VALUE);
        case END -> new Patience(Long.MAX_VALUE, (long) (4 * SECOND));
      };
    }
  }

  @Test
  void atThreeTimesCapacityGoodputStaysAndWhatIsAdmittedMeetsItsObjective() {
    sweep(0, 5);
  }

  @Test
  @Tag("acceptance")
  void manySeedsDoNotMakeItCollapse() {
    sweep(1_000, 200);
  }

  private static void sweep(long from, int seeds) {
    for (Objective objective : Objective.values()) {
      for (long seed = from; seed < from + seeds; seed++) {
        Seen peak =
            List.of(run(seed, 0.7, objective, true), run(seed, 1, objective, true)).stream()
                .max(Comparator.comparingDouble(Seen::goodput))
                .orElseThrow();
        Seen over = run(seed, 3, objective, true);
        Seen without = run(seed, 3, objective, false);
        assertThat(over.goodput())
            .as("%s, seed %d: goodput", objective, seed)
            .isGreaterThanOrEqualTo(0.9 * peak.goodput());
        assertThat(over.kept())
            .as("%s, seed %d: admitted that met it", objective, seed)
            .isGreaterThan(objective.kept());
        assertThat(without.goodput())
            .as("%s, seed %d: without", objective, seed)
            .isLessThan(0.5 * peak.goodput());
      }
    }
  }

  /**
   * What came of the calls after the first seconds.
   *
   * @param goodput those that met their objective, in a second
   * @param kept of those that were admitted, the part that met it
   */
  private record Seen(double goodput, double kept) {}

  private static Seen run(long seed, double load, Objective objective, boolean shedding) {
    World world = new World(seed, load, objective, shedding);
    world.runUntil(END);
    return new Seen(world.met / (END - WARM), (double) world.met / world.admitted);
  }

  private record Job(int number, double arrived, double seconds) {}

  private static final class World {

    private record Event(double at, long number, Runnable happens) {}

    private final PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::number));
    private final Random random;
    private final Objective objective;
    private final boolean shedding;
    private final double pause;
    private final FairQueue<Job> queue =
        new FairQueue<>(
            SLOTS, new Deployment.Queue(1_000, Long.MAX_VALUE), () -> (long) (now() * SECOND));
    private double now;
    private long numbered;
    private int jobs;
    int admitted;
    int met;

    World(long seed, double load, Objective objective, boolean shedding) {
      this.random = new Random(seed);
      this.objective = objective;
      this.shedding = shedding;
      this.pause = 1 / (load * SLOTS);
      at(0, this::arrival);
      at(0.25, this::tick);
    }

    private double now() {
      return now;
    }

    private void at(double time, Runnable happens) {
      events.add(new Event(time, numbered++, happens));
    }

    void runUntil(double end) {
      while (events.peek().at() <= end) {
        Event event = events.remove();
        now = event.at();
        event.happens().run();
      }
    }

    private double exponential() {
      return -Math.log(1 - random.nextDouble());
    }

    private void arrival() {
      Job job = new Job(jobs++, now, 0.3 + 0.7 * exponential());
      Claim claim =
          new Claim(
              new Asker("u" + random.nextInt(40), 1, Workload.INTERACTIVE),
              100,
              200,
              shedding ? objective.patience() : Patience.ENDLESS);
      queue.shedOverdue();
      if (!queue.comesTooLate(claim) && !queue.isFull(200)) {
        admitted += now > WARM ? 1 : 0;
        if (queue.add(job, claim)) {
          start(job);
        }
      }
      at(now + pause * exponential(), this::arrival);
    }

    private void tick() {
      queue.shedHopeless();
      at(now + 0.25, this::tick);
    }

    private void start(Job job) {
      boolean inTime =
          switch (objective) {
            case START -> now - job.arrived() <= 2;
            case END -> now + job.seconds() - job.arrived() <= 4;
          };
      met += inTime && job.arrived() > WARM ? 1 : 0;
      at(now + job.seconds() / 2, () -> queue.produced(job, 50));
      at(now + job.seconds(), () -> end(job));
    }

    private void end(Job job) {
      queue.shedOverdue();
      Optional<Job> next = queue.remove(job);
      next.ifPresent(this::start);
    }
  }
}
