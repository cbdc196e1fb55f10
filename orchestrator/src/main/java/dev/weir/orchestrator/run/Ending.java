package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.Response.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a response ends, from how its last step ended. */
record Ending(Status status, @Nullable WeirError error, @Nullable String reason) {

  static Ending of(StepEvent.Result result, boolean cancelled) {
    return switch (result) {
      case StepEvent.Finished(var finish) ->
          switch (finish) {
            case STOP, TOOL_CALLS -> new Ending(Status.COMPLETED, null, null);
            case LENGTH -> new Ending(Status.INCOMPLETE, null, "max_output_tokens");
            case CONTENT_FILTER -> new Ending(Status.INCOMPLETE, null, "content_filter");
          };
      case StepEvent.Failed(WeirError error) -> new Ending(Status.FAILED, error, null);
      case StepEvent.CutShort(String reason) -> new Ending(Status.INCOMPLETE, null, reason);
      case StepEvent.Cancelled stopped ->
          cancelled
              ? new Ending(Status.CANCELLED, null, "cancelled")
              : new Ending(Status.INCOMPLETE, null, "max_output_bytes");
    };
  }

  /** The response as it is at its end. */
  Response apply(Response begun, StepEvent.Outcome outcome, List<OutputItem> output, Instant now) {
    return new Response(
        begun.id(),
        begun.caller(),
        begun.request(),
        status,
        begun.createdAt(),
        now,
        output,
        outcome.usage(),
        error,
        reason,
        begun.conversationId(),
        new Response.Summary(
            latency(outcome),
            outcome.cost(),
            outcome.attempts(),
            outcome.deployment(),
            outcome.came(),
            outcome.route(),
            outcome.degradedFrom(),
            outcome.repaired()));
  }

  private static Map<String, Duration> latency(StepEvent.Outcome outcome) {
    Map<String, Duration> latency = new HashMap<>();
    if (outcome.queued() != null) {
      latency.put("first_token", outcome.queued());
    }
    if (outcome.streamed() != null) {
      latency.put("stream", outcome.streamed());
    }
    return latency;
  }
}
