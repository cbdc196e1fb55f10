package dev.weir.inference.provider;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes the provider of a deployment. Called once for each deployment of a node. */
@FunctionalInterface
public interface ProviderFactory {

  /**
   * Reads and checks the deployment's options.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is missing or wrong
   */
  Provider create(Deployment deployment);

  /**
   * Chooses among {@code known} by what the deployment's {@code option} says. A name nobody knows
   * fails with the key, the value and the known names.
   */
  static ProviderFactory by(String option, Map<String, ProviderFactory> known) {
    Map<String, ProviderFactory> factories = Map.copyOf(known);
    return deployment -> {
      String key = deployment.key(option);
      String value = Keys.or(deployment.options(), option, deployment.options()::getString, "");
      @Nullable ProviderFactory chosen = factories.get(value);
      if (chosen == null) {
        throw Keys.refusal(key, value, "use one of " + new TreeSet<>(factories.keySet()));
      }
      return chosen.create(deployment);
    };
  }
}
