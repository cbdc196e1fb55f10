package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A deployment that is brought in step by step, and how far it has come.
 *
 * @param step which of the steps is in force
 * @param stopped why it was sent back; empty while it was not
 */
public record Canary(
    String deployment, Bounds bounds, Evaluator evaluator, int step, String stopped) {

  /**
   * How it is brought in.
   *
   * @param steps its share of the users in percent, step by step, rising; 100 ends it
   * @param window how long each step lasts at least
   * @param leastCalls how many calls of either side a step needs at least
   * @param slower the ratio of the times to the first token that is still accepted
   * @param moreFailures the difference of the shares of failed or wrong answers that is still
   *     accepted
   */
  public record Bounds(
      List<Integer> steps, Duration window, int leastCalls, double slower, double moreFailures) {

    public Bounds {
      steps = List.copyOf(steps);
    }
  }

  private static final Set<String> KEYS =
      Set.of(
          "deployment",
          "steps",
          "window",
          "least-calls",
          "slower",
          "more-failures",
          "evaluator",
          "step",
          "stopped");

  private static final int WHOLE = 100;

  /**
   * Reads {@code canary} of a model.
   *
   * @param at where it is configured
   */
  static Canary from(String at, Config config) {
    Keys.only(at, config, KEYS);
    Bounds bounds = bounds(at, config);
    int step = Keys.or(config, "step", config::getInt, 0);
    Keys.check(
        step >= 0 && step < bounds.steps().size(),
        at + ".step",
        step,
        "the number of one of the steps " + bounds.steps() + ", counted from 0");
    Evaluator evaluator =
        config.hasPath("evaluator")
            ? Evaluator.from(at + ".evaluator", config.getConfig("evaluator"))
            : Evaluator.NONE;
    return new Canary(
        config.getString("deployment"),
        bounds,
        evaluator,
        step,
        Keys.or(config, "stopped", config::getString, ""));
  }

  private static Bounds bounds(String at, Config config) {
    List<Integer> steps = Keys.or(config, "steps", config::getIntList, List.of(1, 10, 50, WHOLE));
    Duration window = Keys.or(config, "window", config::getDuration, Duration.ofMinutes(10));
    int least = Keys.or(config, "least-calls", config::getInt, 50);
    double slower = Keys.or(config, "slower", config::getDouble, 1.25);
    double more = Keys.or(config, "more-failures", config::getDouble, 0.02);
    Keys.check(
        rise(steps),
        at + ".steps",
        steps,
        "percents that rise from more than 0 to 100, such as [1, 10, 50, 100]");
    Keys.check(window.isPositive(), at + ".window", window, "more than 0, such as 10m");
    Keys.check(least >= 10, at + ".least-calls", least, "at least 10");
    Keys.check(slower >= 1, at + ".slower", slower, "at least 1.0");
    Keys.check(more >= 0 && more < 1, at + ".more-failures", more, "from 0.0 to less than 1.0");
    return new Bounds(steps, window, least, slower, more);
  }

  private static boolean rise(List<Integer> steps) {
    int before = 0;
    for (int step : steps) {
      if (step <= before) {
        return false;
      }
      before = step;
    }
    return before == WHOLE;
  }

  /** How many percent of the users have it. */
  public int share() {
    return stopped.isEmpty() ? bounds.steps().get(step) : 0;
  }

  /** Whether it is compared with the others: neither sent back nor with all users. */
  public boolean isRunning() {
    return stopped.isEmpty() && share() < WHOLE;
  }

  /** Whether all users have it. */
  public boolean isDone() {
    return share() == WHOLE;
  }

  /** Whether a user has it: the same on every node, and who has it once keeps it in later steps. */
  public boolean takes(String user, String model) {
    int seed = (user + '\n' + model + '\n' + deployment).hashCode();
    return new SplittableRandom(seed).nextInt(WHOLE * WHOLE) < share() * WHOLE;
  }
}
