package dev.weir.cluster.node;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How this node goes.
 *
 * @param drainDelay how long one that serves clients goes on as before, while it says that it is
 *     not ready any more: so that a balancer hears of it first
 * @param drainTimeout how long the work in hand may take to end before the node leaves regardless
 * @param exitJvm whether the process ends with the node
 */
public record Stopping(Duration drainDelay, Duration drainTimeout, boolean exitJvm) {

  private static final String ROOT = "weir.cluster.";

  public Stopping {
    Keys.check(!drainDelay.isNegative(), ROOT + "drain-delay", drainDelay, "must not be negative");
    Keys.check(drainTimeout.isPositive(), ROOT + "drain-timeout", drainTimeout, "must be positive");
  }

  static Stopping from(Config config) {
    return new Stopping(
        config.getDuration(ROOT + "drain-delay"),
        config.getDuration(ROOT + "drain-timeout"),
        config.getBoolean(ROOT + "exit-jvm"));
  }

  /** How long a drain takes at most. */
  public Duration longest() {
    return drainDelay.plus(drainTimeout);
  }
}
