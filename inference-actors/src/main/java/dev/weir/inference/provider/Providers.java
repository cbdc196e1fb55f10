package dev.weir.inference.provider;

import dev.weir.inference.catalog.Deployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The provider of each deployment, made at first use and kept, with the deployment's timeouts
 * around it. Thread safe.
 *
 * <p>A new kind of upstream is one class and one line in the map that is given here. Names behind a
 * prefix ({@code openai/<anything>}) are chosen by clients, so only the {@value #KEPT} last used
 * providers are kept; a provider may be dropped while it streams.
 */
public final class Providers {

  private static final int KEPT = 1000;

  private final ProviderFactory factory;
  private final LinkedHashMap<String, Made> made = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param kinds by the value of {@code weir.deployments.<name>.provider}
   */
  public Providers(Map<String, ProviderFactory> kinds) {
    factory = ProviderFactory.by("provider", kinds);
  }

  private record Made(Deployment deployment, Provider provider) {}

  /**
   * The deployment's provider; a deployment that changed under its name gets a new one.
   *
   * @throws com.typesafe.config.ConfigException when the deployment's options are wrong
   */
  public synchronized Provider of(Deployment deployment) {
    @Nullable Made known = made.get(deployment.name());
    if (known != null && known.deployment().equals(deployment)) {
      return known.provider();
    }
    Provider provider = create(deployment);
    made.put(deployment.name(), new Made(deployment, provider));
    if (made.size() > KEPT) {
      made.pollFirstEntry();
    }
    return provider;
  }

  /**
   * Makes the provider of every one of them once, so that wrong options show at the start.
   *
   * @throws com.typesafe.config.ConfigException when the options of one are wrong
   */
  public void check(List<Deployment> deployments) {
    deployments.forEach(factory::create);
  }

  private Provider create(Deployment deployment) {
    Provider provider = factory.create(deployment);
    Patience patience = new Patience(deployment.timeouts());
    return call -> provider.generate(call).via(patience);
  }
}
