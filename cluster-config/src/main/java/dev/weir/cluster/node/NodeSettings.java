package dev.weir.cluster.node;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.util.EnumSet;
import java.util.Set;

/** What this node does and how it finds the others: {@code weir.roles} and {@code weir.cluster}. */
public record NodeSettings(Set<Role> roles, ClusterSettings cluster) {

  public NodeSettings {
    Keys.check(!roles.isEmpty(), "weir.roles", roles, "a node needs at least one role");
    roles = Set.copyOf(roles);
  }

  /** Reads the whole configuration; a bad value stops the start and names its key. */
  public static NodeSettings from(Config config) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String label : Keys.list(config, "weir.roles")) {
      roles.add(Role.parse("weir.roles", label));
    }
    return new NodeSettings(roles, ClusterSettings.from(config));
  }
}
