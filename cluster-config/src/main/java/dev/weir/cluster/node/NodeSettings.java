package dev.weir.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import dev.weir.cluster.config.Keys;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
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
    for (String label : texts(config, "weir.roles")) {
      roles.add(Role.parse("weir.roles", label));
    }
    return new NodeSettings(roles, ClusterSettings.from(config));
  }

  /** A list, or one string with commas as an environment variable gives it. */
  static List<String> texts(Config config, String key) {
    if (config.getValue(key).valueType() == ConfigValueType.LIST) {
      return config.getStringList(key);
    }
    return Arrays.stream(config.getString(key).split(",", -1))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }
}
