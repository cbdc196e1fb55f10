package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.ShadowRoute;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.shadow.Draft;
import dev.weir.inference.shadow.cluster.ShadowRequest;
import dev.weir.inference.shadow.cluster.Shadows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Has a shadow asked what one attempt asks, once that has been sent, and tells what it came to.
 * Waits for nothing. An attempt that has another's answer has no shadow. Not thread safe.
 */
final class Shadowing {

  private final ShadowRoute route;
  private final ActorRef<?> step;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private final Draft draft;
  private @Nullable GenerationId id;
  private Instant began;
  private String code = "";
  private boolean lost;

  Shadowing(ShadowRoute route, ActorRef<?> step, StepSpec spec, StepDependencies dependencies) {
    this.route = route;
    this.step = step;
    this.spec = spec;
    this.dependencies = dependencies;
    this.draft = new Draft(dependencies.counter(), dependencies.clock());
    this.began = dependencies.clock().instant();
  }

  /** It has left the queue for its upstream. */
  void begun(Attempt attempt) {
    if (id == null) {
      began = dependencies.clock().instant();
      begin(attempt);
    }
  }

  private void begin(Attempt attempt) {
    if (!attempt.tally().isFree()) {
      id = new GenerationId(spec.responseId(), spec.id() + "+shadow", attempt.number());
      ShadowRequest request =
          new ShadowRequest(
              id,
              route,
              attempt.deployment().name(),
              spec.trace(),
              () -> prepared(attempt.outputCap()));
      dependencies.shadows().tell(new Shadows.Begin(request, step));
    }
  }

  /** The call as the shadow takes it, with no more output than the attempt may have. */
  private ShadowRequest.Prepared prepared(int outputCap) {
    InferenceRouter.Chosen chosen =
        new InferenceRouter.Chosen(
            route.deployment(), route.node(), "shadow", Duration.ZERO, false, null, null);
    double margin = dependencies.margins().of(route.deployment());
    Attempt attempt = Attempt.of(0, chosen, spec, dependencies.counter(), margin);
    int cap = Math.min(outputCap, attempt.outputCap());
    return new ShadowRequest.Prepared(
        attempt.call().withMaxOutputTokens(cap),
        attempt.inputTokens(),
        attempt.inputTokens() + cap);
  }

  /** They may come before the word that it has begun. */
  void add(Attempt attempt, List<Delta> deltas) {
    deltas.forEach(draft::add);
    if (id == null && deltas.stream().noneMatch(Shadowing::isAnothers)) {
      begin(attempt);
    }
  }

  private static boolean isAnothers(Delta delta) {
    return delta instanceof Delta.Came came && came.origin() != Origin.MODEL;
  }

  void failed(Tried.Why why, WeirError error) {
    lost |= why == Tried.Why.LOST;
    code = error.code();
  }

  /** The attempt is over; one that was given up, or whose node is gone, says nothing. */
  void over(Attempt attempt) {
    if (id == null) {
      return;
    }
    boolean ended = draft.isFinished() || !code.isEmpty();
    dependencies
        .shadows()
        .tell(
            ended && !lost && !attempt.tally().isFree()
                ? new Shadows.Shown(
                    id,
                    draft.answer(code, began, attempt.inputTokens(), attempt.deployment().price()))
                : new Shadows.GiveUp(id));
  }
}
