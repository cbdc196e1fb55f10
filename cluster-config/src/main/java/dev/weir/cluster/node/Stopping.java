package dev.weir.cluster.node;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How this node goes.
 *
 * @param drainTimeout how long the work in hand may take to end before the node leaves regardless
 * @param exitJvm whether the process ends with the node
 */
public record Stopping(Duration drainTimeout, boolean exitJvm) {

  private static final String ROOT = "weir.cluster.";

  public Stopping {
    Keys.check(drainTimeout.isPositive(), ROOT + "drain-timeout", drainTimeout, "must be positive");
  }

  static Stopping from(Config config) {
    return new Stopping(
        config.getDuration(ROOT + "drain-timeout"), config.getBoolean(ROOT + "exit-jvm"));
  }
}
