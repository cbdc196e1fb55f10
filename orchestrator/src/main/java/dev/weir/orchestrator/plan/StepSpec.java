package dev.weir.orchestrator.plan;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.orchestrator.response.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What to ask and for whom.
 *
 * @param id unique within the response
 * @param affinity see {@link InferenceRouter.Choose}
 * @param maxOutputTokens the caller's own cap, or null
 * @param truncate whether a context that is too long loses its oldest items
 * @param workload that of the response, for all its steps
 * @param allowance that of the response, for all its steps together
 */
public record StepSpec(
    String id,
    String responseId,
    Caller caller,
    String model,
    ModelCall call,
    @Nullable Integer maxOutputTokens,
    boolean truncate,
    String affinity,
    Workload workload,
    TraceContext trace,
    Allowance allowance) {

  /** One that may take all it wants. */
  public StepSpec(
      String id,
      String responseId,
      Caller caller,
      String model,
      ModelCall call,
      @Nullable Integer maxOutputTokens,
      boolean truncate,
      String affinity,
      Workload workload,
      TraceContext trace) {
    this(
        id,
        responseId,
        caller,
        model,
        call,
        maxOutputTokens,
        truncate,
        affinity,
        workload,
        trace,
        Allowance.all());
  }

  /** Whether a call of {@code deployment} goes to its upstream together with others. */
  boolean goesTogether(Deployment deployment) {
    String wish = call.metadata().getOrDefault(Together.WISH, "");
    return call.prefix().isEmpty()
        && Together.takes(deployment, wish, workload == Workload.BACKGROUND)
        && (Together.from(deployment).by() == Together.By.BATCHES || call.isPrompt());
  }

  /** The same with {@code repair} as its call, under a name of its own, as settlements need one. */
  StepSpec repairing(ModelCall repair) {
    return new StepSpec(
        id + "-repair",
        responseId,
        caller,
        model,
        repair,
        maxOutputTokens,
        truncate,
        affinity,
        workload,
        trace,
        allowance);
  }

  /** The same, going on after {@code text}, which took so many tokens of the cap. */
  StepSpec after(String text, long tokens) {
    return new StepSpec(
        id,
        responseId,
        caller,
        model,
        call.withPrefix(text),
        maxOutputTokens == null
            ? null
            : Integer.valueOf((int) Math.max(0, maxOutputTokens - tokens)),
        truncate,
        affinity,
        workload,
        trace,
        allowance);
  }
}
