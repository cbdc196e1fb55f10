package dev.weir.orchestrator.plan;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout has to know of one attempt: its time to the first token, whether it failed, and
 * whether its text is an answer. The text is kept only where an evaluator reads it. Not thread
 * safe.
 */
final class Observation {

  private final @Nullable Trial trial;
  private final StringBuilder text = new StringBuilder();
  private boolean failed;
  private boolean lost;

  /**
   * @param trial null for an attempt that nobody compares
   */
  Observation(@Nullable Trial trial) {
    this.trial = trial;
  }

  void add(List<Delta> deltas) {
    if (trial != null && trial.evaluator().reads()) {
      for (Delta delta : deltas) {
        if (delta instanceof Delta.Text(String more)) {
          text.append(more);
        }
      }
    }
  }

  /** It has failed; a node that is gone says nothing of the deployment. */
  void failed(Tried.Why why) {
    lost |= why == Tried.Why.LOST;
    failed = true;
  }

  /**
   * What there is to tell now that the attempt is over; nothing of one that was never sent, or
   * whose answer is another's.
   *
   * @param firstToken how long it took; null when none came
   * @param took how long the attempt has been
   */
  Optional<InferenceRouter.Observed> over(
      Attempt attempt, @Nullable Duration firstToken, Duration took) {
    if (trial == null || lost || attempt.reservation() == null || attempt.tally().isFree()) {
      return Optional.empty();
    }
    Verdict verdict = verdict(attempt.tally().finish(), trial);
    long nanos =
        firstToken != null
            ? firstToken.toNanos()
            : verdict == Verdict.UNKNOWN ? took.toNanos() : -1;
    return Optional.of(new InferenceRouter.Observed(trial, new Seen(nanos, verdict)));
  }

  private Verdict verdict(@Nullable FinishReason reason, Trial compared) {
    if (failed) {
      return Verdict.FAILED;
    }
    if (reason == null) {
      return Verdict.UNKNOWN;
    }
    return reason == FinishReason.TOOL_CALLS || compared.evaluator().accepts(text.toString())
        ? Verdict.RIGHT
        : Verdict.WRONG;
  }
}
