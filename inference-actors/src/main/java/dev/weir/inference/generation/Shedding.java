package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.queue.Patience;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How long a deployment lets calls wait, and what those hear that a node does not take. */
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

  static WeirError notForThis(Workload workload) {
    return new WeirError.Unavailable(
        "other_workload",
        "This inference node takes no " + workload.name().toLowerCase(Locale.ROOT) + " work.",
        Duration.ofSeconds(1));
  }

  static WeirError draining() {
    return new WeirError.Unavailable(
        "node_draining", "This inference node takes no new calls.", Duration.ofSeconds(1));
  }

  static WeirError unknown(String deployment) {
    return new WeirError.Unavailable(
        "unknown_deployment",
        "This inference node has no deployment '" + deployment + "'; give all nodes one catalog.",
        Duration.ofSeconds(1));
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
