package dev.weir.orchestrator.pipeline;

import com.typesafe.config.Config;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All pipelines of a node. Immutable. */
public final class Pipelines {

  /** What the names of pipelines as models begin with. */
  public static final String PREFIX = "pipeline/";

  private final List<Pipeline> all;
  private final Map<String, Pipeline> byModel;

  public Pipelines(List<Pipeline> all) {
    this.all = List.copyOf(all);
    this.byModel =
        all.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    pipeline -> pipeline.description().model(), Function.identity()));
  }

  /** Those that Weir brings, as {@code weir.pipelines} sets them. */
  public static Pipelines from(Config weir, TokenCounter counter) {
    return new Pipelines(
        List.of(
            new Perspectives(Perspectives.Settings.from(weir)),
            new Summarize(Summarize.Settings.from(weir), counter)));
  }

  public List<Pipeline> all() {
    return all;
  }

  /** The pipeline behind the model {@code pipeline/<name>}. */
  public Optional<Pipeline> model(String model) {
    return Optional.ofNullable(byModel.get(model));
  }

  /**
   * The plan for a request; empty when it asks a model and no pipeline.
   *
   * @throws dev.weir.cluster.error.WeirException when there is no such pipeline, or it refuses
   */
  public Optional<Plan> plan(ResponseRequest request, List<Item> items) {
    if (!request.model().startsWith(PREFIX)) {
      return Optional.empty();
    }
    Pipeline pipeline =
        model(request.model()).orElseThrow(() -> unknown(request.model()).asException());
    return Optional.of(pipeline.plan(request, items));
  }

  private static WeirError unknown(String model) {
    return new WeirError.InvalidRequest(
        "model_not_found",
        "There is no pipeline '" + model + "'; GET /v1/pipelines lists what there is.",
        "model");
  }
}
