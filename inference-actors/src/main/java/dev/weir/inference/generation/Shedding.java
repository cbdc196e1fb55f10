package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.queue.Patience;
import java.time.Duration;
import java.util.Optional;

/** How long a deployment lets calls wait, and what those hear that it does not. */
final class Shedding {

  private Shedding() {}

  /** Interactive work waits as long as its deployment's objective says, background work on. */
  static Patience patience(Deployment deployment, InferenceNode.Generate generate) {
    return switch (generate.asker().workload()) {
      case INTERACTIVE -> Patience.of(deployment.queue().maxWait(), generate.left());
      case BACKGROUND -> Patience.of(null, generate.left());
    };
  }

  /** Why a call need not be made at all any more. */
  static Optional<WeirError> expired(InferenceNode.Generate generate) {
    return generate.left() == null || generate.left().isPositive()
        ? Optional.empty()
        : Optional.of(
            new WeirError.TimedOut(
                "deadline_exceeded", "The request's deadline has passed before its call."));
  }

  static WeirError full(Deployment deployment, Duration retryAfter) {
    return new WeirError.TooManyRequests(
        "queue_full",
        "The queue of '" + deployment.name() + "' is full; try again later.",
        retryAfter);
  }

  static WeirError late(Deployment deployment, Duration retryAfter) {
    return new WeirError.TooManyRequests(
        "queue_too_long",
        "The queue of '" + deployment.name() + "' is too long to be served in time.",
        retryAfter);
  }
}
