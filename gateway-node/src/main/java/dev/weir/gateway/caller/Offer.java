package dev.weir.gateway.caller;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.user.UserDirectory;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The models each caller may ask for: those of the catalog and the pipelines, as far as the
 * caller's tier has them. Immutable.
 */
public final class Offer {

  private static final String PIPELINE = "pipeline/";

  private final Catalog catalog;
  private final Pipelines pipelines;
  private final UserDirectory tiers;

  public Offer(Catalog catalog, Pipelines pipelines, UserDirectory tiers) {
    this.catalog = catalog;
    this.pipelines = pipelines;
    this.tiers = tiers;
  }

  /** The names of all that is configured. */
  public List<String> listed(Caller caller) {
    return Stream.concat(
            catalog.models().stream().map(Model::name),
            pipelines.all().stream().map(pipeline -> pipeline.description().model()))
        .filter(model -> allows(caller, model))
        .toList();
  }

  /** Whether there is such a model for {@code caller}. */
  public boolean has(Caller caller, String model) {
    return allows(caller, model)
        && (catalog.model(model).isPresent() || pipelines.model(model).isPresent());
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
    if (model.startsWith(PIPELINE)) {
      String key = model.substring(PIPELINE.length()) + ".model";
      String asked = request.metadata().get(key);
      if (asked != null && !allows(caller, asked)) {
        throw unknown(asked, "metadata." + key);
      }
    }
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
