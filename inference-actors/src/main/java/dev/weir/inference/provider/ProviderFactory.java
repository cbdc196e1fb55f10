package dev.weir.inference.provider;

import dev.weir.inference.catalog.Deployment;
import java.util.Map;
import java.util.Set;

/** Makes the provider of a deployment, once as long as the deployment stays as it is. */
@FunctionalInterface
public interface ProviderFactory {

  /**
   * Reads and checks the deployment's options.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is missing or wrong
   */
  Provider create(Deployment deployment);

  /**
   * Fails as {@link #create} would, and leaves nothing behind.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is missing or wrong
   */
  default void check(Deployment deployment) {
    create(deployment);
  }

  /** The keys that such a deployment may have beside those of every deployment. */
  default Set<String> options(Deployment deployment) {
    return Set.of();
  }

  /** Lets go of what is kept under the name of a deployment that is no more. */
  default void forget(String deployment) {}

  /**
   * Chooses among {@code known} by what the deployment's {@code option} says. A name nobody knows
   * fails with the key, the value and the known names.
   */
  static ProviderFactory by(String option, Map<String, ProviderFactory> known) {
    return new ProviderChoice(option, Map.copyOf(known));
  }
}
