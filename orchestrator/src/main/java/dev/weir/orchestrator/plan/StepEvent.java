package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Structured;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** What a step tells the run, or the step, that it belongs to. Stays on the run's node. */
public sealed interface StepEvent {

  /** The first attempt has its budget and a place at an inference node. */
  record Accepted(String step, RateLimits limits) implements StepEvent {}

  /** More to show. */
  sealed interface Progress extends StepEvent {}

  /** It still waits for its model, as number {@code position} of those who do. */
  record Queued(String step, int position) implements Progress {}

  /**
   * More of the answer; nothing follows until {@code credit} is answered.
   *
   * @param how its deployment keeps to the form that was asked for
   */
  record Produced(String step, List<Delta> deltas, ActorRef<Credit> credit, Structured how)
      implements Progress {}

  /** A step of a plan begins; {@code item} announces it. */
  record Opened(OutputItem.Step item) implements Progress {}

  /** It has ended; {@code item} tells how. */
  record Closed(OutputItem.Step item) implements Progress {}

  /** The last event of a step. */
  record Ended(String step, Outcome outcome) implements StepEvent {}

  /** Leave to send more. */
  enum Credit {
    MORE
  }

  /** How a step ended. */
  sealed interface Result {}

  /** The model came to an end by itself. */
  record Finished(FinishReason reason) implements Result {}

  /** It failed; what was produced before stays produced. */
  record Failed(WeirError error) implements Result {}

  /** It was cut off for a reason that is nobody's error, such as a lost node. */
  record CutShort(String reason) implements Result {}

  /** It was told to stop. */
  record Cancelled() implements Result {}

  /**
   * A step's result and what it took.
   *
   * @param cost nano-USD
   * @param attempts model calls made
   * @param deployment the last one tried; empty when none was
   * @param queued from the first attempt's request to its first delta
   * @param streamed from the first delta to the end
   * @param limits the user's, as last told; none when nobody asked
   * @param came where the last answer came from; null when it is not one to share
   * @param route why that deployment, in words
   * @param degradedFrom the model that was asked for, where another stood in; else empty
   * @param repaired whether a first answer did not have the form that was asked for
   */
  record Outcome(
      Result result,
      Usage usage,
      long cost,
      int attempts,
      String deployment,
      @Nullable Duration queued,
      @Nullable Duration streamed,
      RateLimits limits,
      Delta.@Nullable Came came,
      String route,
      String degradedFrom,
      boolean repaired) {

    /** Of a step that asked nothing of a model, as far as is known. */
    public static Outcome nothing(Result result) {
      return new Outcome(
          result, Usage.ZERO, 0, 0, "", null, null, new RateLimits(List.of()), null, "", "", false);
    }
  }
}
