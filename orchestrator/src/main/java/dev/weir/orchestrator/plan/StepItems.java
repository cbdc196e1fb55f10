package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.ItemStatus;
import dev.weir.orchestrator.response.OutputItem;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How steps are shown: as they begin, and as they have ended. */
final class StepItems {

  private StepItems() {}

  static OutputItem.Step open(String id, String name, String model, Instant now) {
    return new OutputItem.Step(id, name, ItemStatus.IN_PROGRESS, 1, model, now, null, null, null);
  }

  static OutputItem.Step close(
      OutputItem.Step open, StepEvent.Outcome outcome, StepEvent.Result result, Instant now) {
    return new OutputItem.Step(
        open.id(),
        open.name(),
        status(result),
        Math.max(1, outcome.attempts()),
        open.model(),
        open.startedAt(),
        Duration.between(open.startedAt(), now),
        outcome.usage(),
        error(result));
  }

  private static ItemStatus status(StepEvent.Result result) {
    return switch (result) {
      case StepEvent.Finished(var finish) ->
          switch (finish) {
            case STOP, TOOL_CALLS -> ItemStatus.COMPLETED;
            case LENGTH, CONTENT_FILTER -> ItemStatus.INCOMPLETE;
          };
      case StepEvent.Failed failed -> ItemStatus.INCOMPLETE;
      case StepEvent.CutShort cut -> ItemStatus.INCOMPLETE;
      case StepEvent.Cancelled cancelled -> ItemStatus.INCOMPLETE;
    };
  }

  private static @Nullable WeirError error(StepEvent.Result result) {
    return switch (result) {
      case StepEvent.Failed(WeirError error) -> error;
      case StepEvent.CutShort(String reason) -> StepErrors.cutShort(reason);
      case StepEvent.Finished finished -> null;
      case StepEvent.Cancelled cancelled -> null;
    };
  }

  /** The end of a step that did not tell of its own. */
  static StepEvent.Outcome lost() {
    return StepEvent.Outcome.nothing(new StepEvent.Failed(StepErrors.silentEnd()));
  }
}
