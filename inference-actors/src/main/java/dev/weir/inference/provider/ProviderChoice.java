package dev.weir.inference.provider;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One of several factories, by what a deployment's {@code option} says. */
record ProviderChoice(String option, Map<String, ProviderFactory> known)
    implements ProviderFactory {

  @Override
  public Provider create(Deployment deployment) {
    return chosen(deployment).create(deployment);
  }

  @Override
  public void check(Deployment deployment) {
    chosen(deployment).check(deployment);
  }

  @Override
  public Set<String> options(Deployment deployment) {
    Set<String> options = new TreeSet<>(chosen(deployment).options(deployment));
    options.add(option);
    return options;
  }

  @Override
  public void forget(String deployment) {
    known.values().forEach(factory -> factory.forget(deployment));
  }

  private ProviderFactory chosen(Deployment deployment) {
    String value = Keys.or(deployment.options(), option, deployment.options()::getString, "");
    @Nullable ProviderFactory chosen = known.get(value);
    if (chosen == null) {
      throw Keys.refusal(
          deployment.key(option), value, "use one of " + new TreeSet<>(known.keySet()));
    }
    return chosen;
  }
}
