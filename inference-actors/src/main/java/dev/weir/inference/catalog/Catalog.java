package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The models a client may ask for and the deployments behind them, as configured. Immutable.
 *
 * <p>A name with a known prefix ({@code openai/}, {@code ollama/}, …) needs no entry: it becomes a
 * deployment of the prefix's upstream, with the rest of the name as upstream model. An upstream
 * with neither {@code base-url} nor {@code api-key} is off.
 */
public final class Catalog {

  /** Longer names behind a prefix, which clients choose, are unknown. */
  public static final int LONGEST_NAME = 256;

  private final Map<String, Deployment> deployments;
  private final Map<String, Model> models;
  private final Map<String, Config> prefixes;
  private final Config defaults;
  private final Config limits;

  private Catalog(
      Map<String, Deployment> deployments,
      Map<String, Model> models,
      Map<String, Config> prefixes,
      Config defaults,
      Config limits) {
    this.deployments = Map.copyOf(deployments);
    this.models = models;
    this.prefixes = Map.copyOf(prefixes);
    this.defaults = defaults;
    this.limits = limits;
  }

  /** Reads {@code weir.deployments}, {@code weir.models} and {@code weir.upstreams}. */
  public static Catalog from(Config weir) {
    Config defaults = weir.getConfig("deployment-defaults");
    Config limits = Keys.or(weir, "limits", weir::getConfig, ConfigFactory.empty());
    Map<String, Deployment> deployments = new LinkedHashMap<>();
    Keys.named(weir, "deployments", config -> config)
        .forEach(
            (name, config) ->
                deployments.put(
                    name,
                    deployment(Section.DEPLOYMENTS.at(name), name, config, defaults, limits)));
    Map<String, Model> models = new LinkedHashMap<>();
    Keys.named(weir, "models", config -> config)
        .forEach(
            (name, config) -> models.put(name, Keys.within(key(name), () -> model(name, config))));
    Map<String, Config> prefixes = new LinkedHashMap<>();
    Keys.named(weir, "upstreams", config -> config)
        .forEach(
            (prefix, config) -> {
              if (says(config, "base-url") || says(config, "api-key")) {
                prefixes.put(prefix, config);
              }
            });
    Catalog catalog = new Catalog(deployments, models, prefixes, defaults, limits);
    catalog.check(weir);
    return catalog;
  }

  private static Deployment deployment(
      String at, String name, Config config, Config defaults, Config limits) {
    return Keys.within(at, () -> Deployment.from(at, name, config, defaults, limits));
  }

  private static boolean says(Config config, String key) {
    return config.hasPath(key) && !config.getString(key).isBlank();
  }

  /** Every deployment that is configured, and one that stands for all behind each prefix. */
  public List<Deployment> deployments() {
    List<Deployment> all = new ArrayList<>(deployments.values());
    prefixes.forEach((prefix, upstream) -> all.add(behind(prefix, upstream, "*")));
    all.sort((a, b) -> a.name().compareTo(b.name()));
    return all;
  }

  /** Nothing that is named may turn out to be missing, or wrong, when it is needed. */
  private void check(Config weir) {
    deployments().forEach(Capability::of);
    deployments().forEach(this::checkSemantic);
    models
        .values()
        .forEach(
            model -> {
              model.routes().forEach(r -> require(weir, model, "deployments", r.deployment()));
              model.fallback().forEach(name -> require(weir, model, "fallback", name));
              checkCanary(weir, model);
              if (model.shadow() != null) {
                require(weir, model, "shadow.deployment", model.shadow().deployment());
              }
              String cheaper = model.degradeTo();
              Keys.check(
                  cheaper == null || model(cheaper).isPresent(),
                  key(model.name()) + ".degrade-to",
                  cheaper,
                  "name a model that there is");
            });
  }

  private void checkSemantic(Deployment deployment) {
    CacheSettings.Semantic semantic = deployment.cache().semantic();
    Keys.check(
        !semantic.enabled()
            || deployment(semantic.embeddings())
                .filter(named -> Capability.of(named).contains(Capability.EMBEDDINGS))
                .isPresent(),
        deployment.key("cache.semantic.embeddings"),
        semantic.embeddings(),
        "name a deployment that serves embeddings");
  }

  private void checkCanary(Config weir, Model model) {
    Canary canary = model.canary();
    if (canary != null) {
      require(weir, model, "canary.deployment", canary.deployment());
      Keys.check(
          model.routes().stream().noneMatch(r -> r.deployment().equals(canary.deployment())),
          key(model.name()) + ".canary.deployment",
          canary.deployment(),
          "take it out of deployments: those are what a canary is compared with");
    }
  }

  private void require(Config weir, Model model, String field, String deployment) {
    if (deployment(deployment).isPresent()) {
      return;
    }
    String prefix = deployment.substring(0, Math.max(0, deployment.indexOf('/')));
    boolean off = !prefix.isEmpty() && weir.hasPath("upstreams." + ConfigUtil.joinPath(prefix));
    throw Keys.refusal(
        key(model.name()) + "." + field,
        deployment,
        off
            ? "set base-url or api-key of weir.upstreams."
                + ConfigUtil.joinPath(prefix)
                + ", which are empty"
            : "no such deployment; known: "
                + new TreeSet<>(deployments.keySet())
                + ", and <upstream>/<model> for "
                + new TreeSet<>(prefixes.keySet()));
  }

  /** Whether there is an entry of that name; what a prefix makes is none. */
  public boolean has(Section section, String name) {
    return switch (section) {
      case DEPLOYMENTS -> deployments.containsKey(name);
      case MODELS -> models.containsKey(name);
    };
  }

  /** The names of the models that use a deployment. */
  public List<String> usersOf(String deployment) {
    return models().stream().filter(model -> model.uses(deployment)).map(Model::name).toList();
  }

  /** All configured models, in the order of their names. */
  public List<Model> models() {
    return models.values().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  /** The model of that name; for a known prefix one is made. */
  public Optional<Model> model(String name) {
    Model configured = models.get(name);
    if (configured != null) {
      return Optional.of(configured);
    }
    return deployment(name)
        .map(
            d ->
                new Model(
                    name,
                    List.of(new Model.Route(d.name(), 1, null)),
                    List.of(),
                    Model.Choice.WEIGHT,
                    null,
                    null,
                    null,
                    null));
  }

  /** The deployment of that name; for a known prefix one is made. */
  public Optional<Deployment> deployment(String name) {
    Deployment configured = deployments.get(name);
    if (configured != null) {
      return Optional.of(configured);
    }
    int slash = name.indexOf('/');
    Config upstream = slash < 0 ? null : prefixes.get(name.substring(0, slash));
    return upstream == null || slash == name.length() - 1 || name.length() > LONGEST_NAME
        ? Optional.empty()
        : Optional.of(behind(name.substring(0, slash), upstream, name.substring(slash + 1)));
  }

  private Deployment behind(String prefix, Config upstream, String model) {
    Config named = ConfigFactory.parseMap(Map.of("upstream-model", model)).withFallback(upstream);
    return deployment(
        "weir.upstreams." + ConfigUtil.joinPath(prefix),
        prefix + "/" + model,
        named,
        defaults,
        limits);
  }

  /**
   * What metrics call a model that was asked for: its name if it is configured, {@code prefix/*}
   * behind a known prefix, else {@code other}. A bounded set, whatever clients ask for.
   */
  public String label(String model) {
    if (models.containsKey(model) || deployments.containsKey(model)) {
      return model;
    }
    int slash = model.indexOf('/');
    return slash > 0 && prefixes.containsKey(model.substring(0, slash))
        ? model.substring(0, slash) + "/*"
        : "other";
  }

  private static String key(String model) {
    return Section.MODELS.at(model);
  }

  private static Model model(String name, Config config) {
    Keys.only(
        key(name),
        config,
        Set.of("deployments", "fallback", "choose-by", "hedge", "canary", "shadow", "degrade-to"));
    List<Model.Route> routes = new ArrayList<>();
    for (ConfigValue entry : config.getList("deployments")) {
      routes.add(route(key(name) + ".deployments", entry));
    }
    List<String> fallback = Keys.or(config, "fallback", config::getStringList, List.<String>of());
    Keys.check(!routes.isEmpty(), key(name) + ".deployments", "[]", "name at least one deployment");
    Canary canary =
        config.hasPath("canary")
            ? Canary.from(key(name) + ".canary", config.getConfig("canary"))
            : null;
    return new Model(
        name,
        routes,
        fallback,
        choice(name, config),
        hedge(name, config),
        canary,
        Shadow.of(key(name), config),
        degradeTo(name, config));
  }

  private static @Nullable String degradeTo(String name, Config config) {
    if (!config.hasPath("degrade-to")) {
      return null;
    }
    String other = config.getString("degrade-to");
    Keys.check(!other.equals(name), key(name) + ".degrade-to", other, "name another model");
    return other;
  }

  private static Model.Choice choice(String name, Config config) {
    String word = Keys.or(config, "choose-by", config::getString, "weight");
    for (Model.Choice choice : Model.Choice.values()) {
      if (choice.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
        return choice;
      }
    }
    throw Keys.refusal(key(name) + ".choose-by", word, "one of weight, user, price, first-token");
  }

  private static Model.@Nullable Hedge hedge(String name, Config config) {
    if (!config.hasPath("hedge")) {
      return null;
    }
    Keys.only(key(name) + ".hedge", config.getConfig("hedge"), Set.of("after", "share"));
    Duration after = config.getDuration("hedge.after");
    double share = Keys.or(config, "hedge.share", config::getDouble, 0.05);
    Keys.check(after.isPositive(), key(name) + ".hedge.after", after, "more than 0, such as 800ms");
    Keys.check(
        share > 0 && share <= 1, key(name) + ".hedge.share", share, "more than 0.0, up to 1.0");
    return new Model.Hedge(after, share);
  }

  private static Model.Route route(String key, ConfigValue entry) {
    if (entry.valueType() == ConfigValueType.STRING) {
      return new Model.Route((String) entry.unwrapped(), 1, null);
    }
    Config config = entry.atKey("route").getConfig("route");
    Keys.only(key, config, Set.of("name", "weight", "when"));
    int weight = Keys.or(config, "weight", config::getInt, 1);
    Keys.check(weight >= 0, key, "{ weight = " + weight + " }", "a weight is 0 or more");
    return new Model.Route(
        config.getString("name"),
        weight,
        config.hasPath("when") ? Rule.from(key + ".when", config.getConfig("when")) : null);
  }
}
