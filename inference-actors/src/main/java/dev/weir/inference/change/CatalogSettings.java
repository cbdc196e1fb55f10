package dev.weir.inference.change;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How a node follows changes of the catalog.
 *
 * @param changes whether it does; else it serves what is configured
 * @param pollInterval how often it asks for what it may have missed
 */
public record CatalogSettings(boolean changes, Duration pollInterval) {

  public CatalogSettings {
    Keys.check(
        pollInterval.toMillis() > 0, "weir.catalog.poll-interval", pollInterval, "such as 5s");
  }

  public static CatalogSettings from(Config weir) {
    return new CatalogSettings(
        weir.getBoolean("catalog.changes"), weir.getDuration("catalog.poll-interval"));
  }
}
