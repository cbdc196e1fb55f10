package dev.weir.inference.breaker;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * When an upstream counts as failing.
 *
 * @param failureShare opens when so many of the calls failed, from more than 0 to 1
 * @param leastCalls but not for fewer calls than that
 * @param window the calls of how long, in whole seconds
 * @param pause how long nothing is called then, before one probe
 */
public record BreakerSettings(
    double failureShare, int leastCalls, Duration window, Duration pause) {

  /**
   * Reads {@code breaker} of a deployment.
   *
   * @param at where it is configured
   */
  public static BreakerSettings from(String at, Config config) {
    double share = config.getDouble("failure-share");
    int least = config.getInt("least-calls");
    Duration window = config.getDuration("window");
    Duration pause = config.getDuration("pause");
    Keys.check(share > 0 && share <= 1, at + ".failure-share", share, "more than 0.0, up to 1.0");
    Keys.check(least >= 1, at + ".least-calls", least, "at least 1");
    Keys.check(window.toSeconds() >= 1, at + ".window", window, "at least 1s");
    Keys.check(pause.isPositive(), at + ".pause", pause, "more than 0, such as 5s");
    return new BreakerSettings(share, least, window, pause);
  }
}
