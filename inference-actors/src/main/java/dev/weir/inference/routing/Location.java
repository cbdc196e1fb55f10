package dev.weir.inference.routing;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.generation.Site;
import java.util.List;

/**
 * Where this node stands, as {@code weir.location} says.
 *
 * @param near other regions, the nearest first; those that are not named are farther
 */
public record Location(String region, String zone, List<String> near) {

  /** Where nobody says: all nodes are equally far. */
  public static final Location NOWHERE = new Location("", "", List.of());

  public Location {
    near = List.copyOf(near);
  }

  /** Reads {@code weir.location}. */
  public static Location from(Config weir) {
    return new Location(
        weir.getString("location.region"),
        weir.getString("location.zone"),
        Keys.list(weir, "location.near"));
  }

  /** The smaller, the nearer. */
  int distance(Site site) {
    if (region.isEmpty()) {
      return 0;
    }
    if (site.region().equals(region)) {
      return site.zone().equals(zone) ? 0 : 1;
    }
    int at = near.indexOf(site.region());
    return 2 + (at < 0 ? near.size() : at);
  }
}
