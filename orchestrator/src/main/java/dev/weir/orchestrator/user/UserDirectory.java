package dev.weir.orchestrator.user;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import dev.weir.cluster.config.Keys;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds the tier of a user by entity id. Who is not named has the tier {@code default}. */
public interface UserDirectory {

  /** The tier of the user whose entity id is {@code <tenant>/<user>}. */
  TierSettings tier(String entityId);

  /**
   * Reads {@code weir.tiers} and {@code weir.users}.
   *
   * @param part turns the name of a tenant or user into its part of an entity id
   */
  static UserDirectory from(Config weir, UnaryOperator<String> part) {
    Map<String, TierSettings> tiers = new HashMap<>();
    tiers.put("default", TierSettings.UNLIMITED);
    tiers.putAll(Keys.named(weir, "tiers", TierSettings::from));
    Map<String, TierSettings> users = new HashMap<>();
    Keys.named(weir, "users", user -> user)
        .forEach(
            (name, user) -> {
              String tier = Keys.or(user, "tier", user::getString, "default");
              String tenant = Keys.or(user, "tenant", user::getString, "default");
              String key = "weir.users." + ConfigUtil.quoteString(name) + ".tier";
              Keys.check(tiers.containsKey(tier), key, tier, "no such tier: " + tiers.keySet());
              users.put(part.apply(tenant) + "/" + part.apply(name), tiers.get(tier));
            });
    TierSettings others = tiers.get("default");
    return entityId -> users.getOrDefault(entityId, others);
  }
}
