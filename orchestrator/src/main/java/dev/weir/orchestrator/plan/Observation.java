package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Shadow;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.ShadowRoute;
import dev.weir.inference.routing.Tried;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout has to know of one attempt: its time to the first token, whether it failed, and
 * whether its text is an answer. The text is kept only where an evaluator reads it. And what a
 * shadow has to know, where there is one. Not thread safe.
 */
final class Observation {

  private final @Nullable Trial trial;
  private final @Nullable Shadowing shadow;
  private final StringBuilder text = new StringBuilder();
  private boolean failed;
  private boolean lost;

  private Observation(@Nullable Trial trial, @Nullable Shadowing shadow) {
    this.trial = trial;
    this.shadow = shadow;
  }

  /** Of an attempt that {@code step} makes. */
  static Observation of(
      InferenceRouter.Chosen chosen,
      ActorRef<?> step,
      StepSpec spec,
      StepDependencies dependencies) {
    ShadowRoute route = chosen.shadow();
    return new Observation(
        chosen.trial(),
        route != null && Shadow.mayHave(spec.call().metadata())
            ? new Shadowing(route, step, spec, dependencies)
            : null);
  }

  /** It has left the queue for its upstream; may be told again. */
  void begun(Attempt attempt) {
    if (shadow != null) {
      shadow.begun(attempt);
    }
  }

  void add(Attempt attempt, List<Delta> deltas) {
    if (shadow != null) {
      shadow.add(attempt, deltas);
    }
    if (trial != null && trial.evaluator().reads()) {
      for (Delta delta : deltas) {
        if (delta instanceof Delta.Text(String more)) {
          text.append(more);
        }
      }
    }
  }

  /** It has failed; a node that is gone says nothing of the deployment. */
  void failed(Tried.Why why, WeirError error) {
    if (shadow != null) {
      shadow.failed(why, error);
    }
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
    if (shadow != null) {
      shadow.over(attempt);
    }
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
