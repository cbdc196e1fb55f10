package dev.weir.gateway.caller;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Capability;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Section;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.user.UserDirectory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The models each caller may ask for: those of the catalog and the pipelines, as far as the
 * caller's tier has them. Thread safe.
 */
public final class Offer {

  private static final String PIPELINE = "pipeline/";

  private final Supplier<Catalog> catalog;
  private final Pipelines pipelines;
  private final UserDirectory tiers;

  public Offer(Supplier<Catalog> catalog, Pipelines pipelines, UserDirectory tiers) {
    this.catalog = catalog;
    this.pipelines = pipelines;
    this.tiers = tiers;
  }

  /** The names of all that is configured. */
  public List<String> listed(Caller caller) {
    return Stream.concat(
            catalog.get().models().stream().map(Model::name),
            pipelines.all().stream().map(pipeline -> pipeline.description().model()))
        .filter(model -> allows(caller, model))
        .toList();
  }

  /**
   * What the deployments behind a model have in common, as far as clients need it.
   *
   * @param contextWindow of the smallest
   * @param maxOutput of the smallest
   */
  public record Description(
      long contextWindow, int maxOutput, Set<String> regions, Set<String> tags) {}

  /** What is known of a configured model; nothing of pipelines and upstreams' models. */
  public Optional<Description> describe(String model) {
    Catalog now = catalog.get();
    if (!now.has(Section.MODELS, model)) {
      return Optional.empty();
    }
    List<Deployment> routes =
        now.model(model).stream()
            .flatMap(found -> found.routes().stream())
            .flatMap(route -> now.deployment(route.deployment()).stream())
            .toList();
    return Optional.of(
        new Description(
            routes.stream().mapToLong(Deployment::contextWindow).min().orElse(0),
            routes.stream().mapToInt(Deployment::maxOutput).min().orElse(0),
            sorted(routes.stream().map(route -> route.traits().region())),
            sorted(routes.stream().flatMap(route -> route.tags().stream()))));
  }

  private static Set<String> sorted(Stream<String> words) {
    return words.filter(word -> !word.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether there is such a model for {@code caller}. */
  public boolean has(Caller caller, String model) {
    return allows(caller, model)
        && (catalog.get().model(model).isPresent() || pipelines.model(model).isPresent());
  }

  /**
   * Passes a request for a model that the tier has, or for one that is nowhere: its run says so.
   * What a pipeline is told to ask is looked at, too.
   *
   * @throws WeirException the model is not offered, in the words for one that is not there
   */
  public void check(Caller caller, ResponseRequest request) {
    String model = request.model();
    if (!allows(caller, model)) {
      throw unknown(model, "model");
    }
    checkServes(model, Capability.CHAT, "model");
    if (model.startsWith(PIPELINE)) {
      String key = model.substring(PIPELINE.length()) + ".model";
      String asked = request.metadata().get(key);
      if (asked != null && !allows(caller, asked)) {
        throw unknown(asked, "metadata." + key);
      }
      if (asked != null) {
        checkServes(asked, Capability.CHAT, "metadata." + key);
      }
    }
  }

  /**
   * Passes a request for embeddings of a model that the tier has and that makes them.
   *
   * @throws WeirException what is asked for is not offered
   */
  public void checkEmbeddings(Caller caller, String model) {
    if (!allows(caller, model)
        || (catalog.get().model(model).isEmpty() && pipelines.model(model).isEmpty())) {
      throw unknown(model, "model");
    }
    if (pipelines.model(model).isPresent()) {
      throw unfit(model, Capability.EMBEDDINGS, "model");
    }
    checkServes(model, Capability.EMBEDDINGS, "model");
  }

  private void checkServes(String model, Capability capability, String param) {
    Catalog now = catalog.get();
    now.model(model)
        .filter(known -> !capability.isServedBy(known, now))
        .ifPresent(
            unfit -> {
              throw unfit(model, capability, param);
            });
  }

  private static WeirException unfit(String model, Capability wanted, String param) {
    String message =
        switch (wanted) {
          case CHAT -> "The model '" + model + "' makes embeddings only: POST /v1/embeddings.";
          case EMBEDDINGS ->
              "The model '" + model + "' makes no embeddings; ask one that serves them.";
        };
    return new WeirError.InvalidRequest("unsupported_model", message, param).asException();
  }

  /** A refusal of {@code model}, which is not there. */
  public static WeirException unknown(String model, String param) {
    return new WeirError.InvalidRequest(
            "model_not_found",
            "There is no model '" + model + "'; GET /v1/models lists what there is.",
            param)
        .asException();
  }

  private boolean allows(Caller caller, String model) {
    Set<String> models = tiers.tier(caller.entityId()).models();
    return models.isEmpty() || models.contains(model);
  }
}
