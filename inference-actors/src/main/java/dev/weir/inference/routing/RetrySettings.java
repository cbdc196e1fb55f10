package dev.weir.inference.routing;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a failed call is made again, as {@code weir.retry} says.
 *
 * @param maxCalls how often one deployment is called for one answer at most
 * @param base the longest pause before the second call; it doubles with each further one
 * @param most the longest pause at all; an upstream that wants to be left alone for longer is
 * @param share how many retries there may be for one call, per user and per deployment
 * @param reserve how many there may be beside that in ten seconds
 */
public record RetrySettings(int maxCalls, Duration base, Duration most, double share, int reserve) {

  public RetrySettings {
    Keys.check(maxCalls >= 1, "weir.retry.max-calls", maxCalls, "at least 1, which is no retry");
    Keys.check(base.isPositive(), "weir.retry.base", base, "more than 0, such as 100ms");
    Keys.check(most.compareTo(base) >= 0, "weir.retry.most", most, "at least weir.retry.base");
    Keys.check(share >= 0 && share <= 1, "weir.retry.share", share, "from 0.0 to 1.0");
    Keys.check(reserve >= 0, "weir.retry.reserve", reserve, "0 or more");
  }

  /** Reads {@code weir.retry}. */
  public static RetrySettings from(Config weir) {
    Config config = weir.getConfig("retry");
    return new RetrySettings(
        config.getInt("max-calls"),
        config.getDuration("base"),
        config.getDuration("most"),
        config.getDouble("share"),
        config.getInt("reserve"));
  }

  /**
   * The pause before one more call after {@code calls}: exponential with full jitter (Brooker,
   * "Exponential Backoff and Jitter", 2015).
   */
  Duration pause(int calls, RandomGenerator random) {
    return Duration.ofMillis(random.nextLong(longest(calls).toMillis() + 1));
  }

  /** The longest that this pause can be. */
  Duration longest(int calls) {
    return Duration.ofMillis(Math.min(most.toMillis(), base.toMillis() << Math.min(20, calls - 1)));
  }
}
