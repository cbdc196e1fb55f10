package dev.weir.cluster.node;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.Optional;

/**
 * How the cluster decides that a node is gone.
 *
 * @param lease which of {@code weir.cluster.leases} settles a split; empty: the larger side stays
 * @param acceptableHeartbeatPause how long a node may be silent before it is suspected
 * @param stableAfter how long a suspicion must stand before the node is removed
 */
public record FailOver(
    Optional<String> lease, Duration acceptableHeartbeatPause, Duration stableAfter) {

  private static final String ROOT = "weir.cluster.";

  public FailOver {
    check(
        acceptableHeartbeatPause.isPositive(),
        ROOT + "acceptable-heartbeat-pause",
        acceptableHeartbeatPause,
        "must be positive");
    check(stableAfter.isPositive(), ROOT + "stable-after", stableAfter, "must be positive");
  }

  static FailOver from(Config config) {
    return new FailOver(
        lease(config),
        config.getDuration(ROOT + "acceptable-heartbeat-pause"),
        config.getDuration(ROOT + "stable-after"));
  }

  private static Optional<String> lease(Config config) {
    String name = config.getString(ROOT + "lease");
    if (name.equals("none")) {
      return Optional.empty();
    }
    String chosen = name.equals("auto") ? leaseOf(config) : name;
    check(
        config.hasPath(ROOT + "leases." + ConfigUtil.quoteString(chosen)),
        ROOT + "lease",
        name,
        "expected auto, none or one of " + config.getObject(ROOT + "leases").keySet());
    return Optional.of(chosen);
  }

  /** The database that all nodes share can hold the lease, unless it is embedded. */
  private static String leaseOf(Config config) {
    String url = "weir.database.url";
    return config.hasPath(url) && config.getString(url).startsWith("jdbc:postgresql:")
        ? "postgresql"
        : "file";
  }
}
