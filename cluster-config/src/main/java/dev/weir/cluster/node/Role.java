package dev.weir.cluster.node;

import dev.weir.cluster.config.Keys;
import java.util.Locale;

/** What a node does; its guardian starts the actors of its roles. */
public enum Role {
  GATEWAY,
  ORCHESTRATOR,
  INFERENCE;

  /** The name in configuration and in the cluster's membership: {@code gateway}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Role parse(String key, String label) {
    for (Role role : values()) {
      if (role.label().equals(label)) {
        return role;
      }
    }
    Keys.check(false, key, label, "expected gateway, orchestrator or inference");
    throw new AssertionError(label);
  }
}
