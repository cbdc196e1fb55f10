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

  static void reject(InferenceNode.Generate generate, WeirError error) {
    generate.replyTo().tell(new InferenceNode.Rejected(generate.id(), error));
  }

  /** Why such a call is no work of a node, whatever it asks; who drains has none to spare. */
  static Optional<WeirError> notForThis(
      InferenceNode.Generate generate, Site site, boolean draining) {
    Workload workload = generate.asker().workload();
    if (!site.workloads().contains(workload)) {
      return Optional.of(
          new WeirError.Unavailable(
              "other_workload",
              "This inference node takes no " + workload.name().toLowerCase(Locale.ROOT) + " work.",
              Duration.ofSeconds(1)));
    }
    return generate.spare() && draining
        ? Optional.of(
            new WeirError.Unavailable(
                "node_draining", "This inference node is leaving.", Duration.ofSeconds(1)))
        : Optional.empty();
  }

  static WeirError unknown(String deployment) {
    return new WeirError.Unavailable(
        "unknown_deployment",
        "This inference node has no deployment '" + deployment + "'; give all nodes one catalog.",
        Duration.ofSeconds(1));
  }

  static WeirError notTogether(Deployment deployment) {
    return new WeirError.Unavailable(
        "unknown_deployment",
        "This inference node sends no calls of '" + deployment.name() + "' together.",
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
