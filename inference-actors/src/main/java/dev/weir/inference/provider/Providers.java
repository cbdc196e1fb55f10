package dev.weir.inference.provider;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Batching;
import dev.weir.inference.catalog.Capability;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.catalog.Warming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
   * Tells what is wrong with their options before they are needed; makes and keeps nothing.
   *
   * @throws com.typesafe.config.ConfigException when the options of one are wrong or unknown
   */
  public void check(List<Deployment> deployments) {
    deployments.forEach(this::check);
  }

  private void check(Deployment deployment) {
    Set<String> known = factory.options(deployment);
    Config options = deployment.options();
    for (String extra : deployment.extras()) {
      Keys.check(
          known.contains(extra),
          deployment.key(extra),
          options.root().get(extra).render(ConfigRenderOptions.concise()),
          "no such key; provider '"
              + deployment.provider()
              + "' has "
              + new TreeSet<>(known)
              + ", every deployment those of weir.deployment-defaults, upstream-model and price");
    }
    factory.check(deployment);
    checkCapabilities(deployment);
    Warming.from(deployment);
  }

  private void checkCapabilities(Deployment deployment) {
    Batching.from(deployment);
    Together together = Together.from(deployment);
    Keys.check(
        !together.isOn() || together.by() == Together.By.BATCHES || deployment.limit() == null,
        deployment.key("together.by"),
        "prompts",
        "its calls would not count for the deployment's requests and tokens per minute: leave these"
            + " away, or send batches");
    Keys.check(
        !together.isOn() || factory.create(deployment).joint().isPresent(),
        deployment.key("together.calls"),
        together.calls().name().toLowerCase(Locale.ROOT),
        "the provider " + deployment.provider() + " takes each call by itself");
    Keys.check(
        !Capability.of(deployment).contains(Capability.EMBEDDINGS)
            || factory.create(deployment).embedder().isPresent(),
        deployment.key("serves"),
        "[embeddings]",
        "the provider " + deployment.provider() + " makes no embeddings");
  }

  /** Lets go of providers whose deployment the catalog has no more, or has otherwise. */
  public synchronized void retain(Catalog catalog) {
    made.values()
        .removeIf(
            known -> {
              String name = known.deployment().name();
              Optional<Deployment> now = catalog.deployment(name);
              if (now.isEmpty()) {
                factory.forget(name);
              }
              return !now.equals(Optional.of(known.deployment()));
            });
  }

  private Provider create(Deployment deployment) {
    return new PatientProvider(factory.create(deployment), deployment.timeouts());
  }
}
