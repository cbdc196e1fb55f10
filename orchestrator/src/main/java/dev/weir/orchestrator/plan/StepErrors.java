package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;

/** What can go wrong with a step that is not its model's doing. */
final class StepErrors {

  private StepErrors() {}

  static WeirError noRoute() {
    return new WeirError.Unavailable(
        "no_route", "The router did not answer in time; try again shortly.", Duration.ofSeconds(2));
  }

  /** What the client allowed its request does not suffice. */
  static WeirError capReached() {
    return new WeirError.InvalidRequest(
        "request_cap_reached",
        "What '%s' or '%s' leave does not suffice for the next model call."
            .formatted(Allowance.TOKENS, Allowance.COST),
        "metadata");
  }

  /** The client does not want the answer any more. */
  static WeirError deadlineExceeded() {
    return new WeirError.TimedOut(
        "deadline_exceeded", "The request's deadline has passed before its answer was whole.");
  }

  static WeirError noAdmission() {
    return new WeirError.Unavailable(
        "budget_unavailable",
        "The user's budget did not answer in time; try again shortly.",
        Duration.ofSeconds(2));
  }

  static WeirError brokeOff() {
    return new WeirError.ModelFailed("upstream_closed", "The model's answer broke off.", true);
  }

  static WeirError lostNode() {
    return new WeirError.Unavailable(
        "inference_node_lost", "The inference node went away.", Duration.ofSeconds(1));
  }

  /** Another attempt begins to race it. */
  static WeirError slow() {
    return new WeirError.ModelFailed("slow", "The model has not answered yet.", true);
  }

  /** A cut in a step that nobody has seen is its failure. */
  static WeirError cutShort(String reason) {
    return new WeirError.Unavailable(reason, "The step was cut short.", Duration.ofSeconds(1));
  }

  /** A step ended and did not tell how. */
  static WeirError silentEnd() {
    return new WeirError.Internal("step_lost", "A step ended without a word.");
  }
}
