package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The bound of the paper (theorem 4.4): of two users who both wait, none is served more than 2 ×
 * max(w_p × longest input, w_q × what the slots hold) tokens beyond the other, over any time.
 */
class FairnessBoundTest {

  private static final int LONGEST_INPUT = 100;
  private static final int LONGEST_OUTPUT = 200;
  private static final double END = 100;

  @Test
  void theBoundHoldsUnderRandomArrivalsAndLengths() {
    sweep(0, 300, true);
  }

  @Test
  @Tag("acceptance")
  void theBoundHoldsOverThousandsOfSeeds() {
    sweep(1_000, 5_000, true);
  }

  @Test
  void firstComeFirstServedBreaksIt() {
    assertThatThrownBy(() -> sweep(0, 3, false)).isInstanceOf(AssertionError.class);
  }

  private static void sweep(long from, int seeds, boolean fair) {
    int pairs = 0;
    for (long seed = from; seed < from + seeds; seed++) {
      World world = new World(seed, fair);
      world.runUntil(END);
      assertThat(world.worst).as("seed %d", seed).isLessThanOrEqualTo(2 * world.bound);
      assertThat(world.worst).as("seed %d: users that both wait", seed).isPositive();
      pairs += world.users.size();
    }
    assertThat(pairs).isGreaterThan(3 * seeds);
  }

  /** How far apart the service of two has come since both began to wait. */
  private static final class Pair {
    private double difference;
    private double least;
    private double most;

    void forget() {
      difference = 0;
      least = 0;
      most = 0;
    }

    double add(double service) {
      difference += service;
      least = Math.min(least, difference);
      most = Math.max(most, difference);
      return most - least;
    }
  }

  private static final class World extends SimulatedQueue {

    final List<String> users = new ArrayList<>();
    final double bound;
    double worst;
    private final Map<String, Integer> weights = new HashMap<>();
    private final Map<String, Pair> pairs = new HashMap<>();
    private final Random random;
    private int jobs;

    World(long seed, boolean fair) {
      this(new Random(seed), 1 + (int) (seed % 8), fair);
    }

    private World(Random random, int slots, boolean fair) {
      super(slots, fair);
      this.random = random;
      bound =
          Math.max(
              Lane.INPUT * LONGEST_INPUT, Lane.OUTPUT * slots * (LONGEST_INPUT + LONGEST_OUTPUT));
      int many = 2 + random.nextInt(5);
      for (int user = 0; user < many; user++) {
        String name = "u" + user;
        users.add(name);
        weights.put(name, random.nextBoolean() ? 1 : 1 + random.nextInt(4));
        double mean = (user + 1) * (0.2 + random.nextDouble()) / slots;
        at(0, () -> arrival(name, mean));
      }
    }

    /** Calls come at random, now and then many at once, now and then none for long. */
    private void arrival(String user, double mean) {
      int burst = random.nextInt(20) == 0 ? 20 : 1;
      for (int call = 0; call < burst; call++) {
        arrive(job(user), weights.get(user));
      }
      double pause = random.nextInt(30) == 0 ? 20 : -Math.log(1 - random.nextDouble());
      at(now + pause * mean, () -> arrival(user, mean));
    }

    private Job job(String user) {
      long output = 1 + (long) (LONGEST_OUTPUT * Math.pow(random.nextDouble(), 3));
      double seconds = 0.01 * output * (0.5 + random.nextDouble());
      return new Job(jobs++, user, 1 + random.nextInt(LONGEST_INPUT), output, seconds);
    }

    @Override
    void served(Job job, double tokens) {
      double service = tokens / weights.get(job.user());
      for (String other : users) {
        boolean first = job.user().compareTo(other) < 0;
        if (!other.equals(job.user())) {
          String names = first ? job.user() + other : other + job.user();
          Pair pair = pairs.computeIfAbsent(names, name -> new Pair());
          if (waits(job.user()) && waits(other)) {
            worst = Math.max(worst, pair.add(first ? service : -service));
          } else {
            pair.forget();
          }
        }
      }
    }

    private boolean waits(String user) {
      return waiting.getOrDefault(user, 0) > 0;
    }
  }
}
