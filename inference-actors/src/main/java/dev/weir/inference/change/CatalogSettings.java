package dev.weir.inference.change;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How a node follows changes of the catalog.
 *
 * @param changes whether it does; else it serves what is configured
 * @param pollInterval how often it asks for what it may have missed
 * @param followingWait how long the answer to a change waits for nodes to follow
 */
public record CatalogSettings(boolean changes, Duration pollInterval, Duration followingWait) {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  public CatalogSettings {
    Keys.check(
        pollInterval.toMillis() > 0, "weir.catalog.poll-interval", pollInterval, "such as 5s");
    Keys.check(
        followingWait.isPositive() && followingWait.compareTo(LONGEST_WAIT) <= 0,
        "weir.catalog.following-wait",
        followingWait,
        "at most 20s, such as 2s");
  }

  public static CatalogSettings from(Config weir) {
    return new CatalogSettings(
        weir.getBoolean("catalog.changes"),
        weir.getDuration("catalog.poll-interval"),
        weir.getDuration("catalog.following-wait"));
  }
}
