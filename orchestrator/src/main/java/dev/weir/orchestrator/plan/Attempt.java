package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.structured.Wish;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.Demand;
import dev.weir.orchestrator.user.Reservation;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a step: a call of one deployment on one node.
 *
 * @param why that deployment, in words
 * @param call as it is sent, but for its output cap
 * @param tally what it has produced
 * @param margin the factor by which the estimated input was made a bound
 * @param inputTokens the bound that is reserved for its input
 * @param outputCap how much output is asked for, and, once granted, paid for
 * @param reservation null until it is granted
 * @param races whether another was under way when it was begun
 * @param together whether it goes to the upstream with others; its price is that of such calls
 */
record Attempt(
    int number,
    Deployment deployment,
    ActorRef<InferenceNode.Command> node,
    String why,
    ModelCall call,
    Tally tally,
    double margin,
    long inputTokens,
    int outputCap,
    @Nullable Reservation reservation,
    boolean races,
    boolean together) {

  /**
   * The attempt that {@code spec} asks of what was chosen: its context shortened where it may be,
   * its input bounded, its output capped.
   *
   * @throws WeirException if the deployment has no room for an answer
   */
  static Attempt of(
      int number,
      InferenceRouter.Chosen chosen,
      StepSpec spec,
      TokenCounter counter,
      double margin) {
    boolean together = spec.goesTogether(chosen.deployment());
    Deployment deployment = together ? Together.cheaper(chosen.deployment()) : chosen.deployment();
    ModelCall asked = Wish.told(spec.call(), deployment.structured());
    InputBound estimate = new InputBound(deployment.inputMargin(), counter);
    int wanted = OutputCap.of(0, spec.maxOutputTokens(), deployment).tokens();
    ModelCall call =
        spec.truncate()
            ? new ContextFit(estimate, deployment.contextWindow()).fit(asked, wanted)
            : asked;
    long input = estimate.of(call);
    OutputCap cap = OutputCap.of(input, spec.maxOutputTokens(), deployment);
    if (cap.tokens() < 1) {
      throw cap.tooLong(input, deployment).asException();
    }
    long bound = new InputBound(margin, counter).of(call);
    return new Attempt(
        number,
        deployment,
        chosen.node(),
        chosen.why(),
        call,
        new Tally(counter),
        margin,
        bound,
        cap.tokens(),
        null,
        false,
        together);
  }

  Attempt withOutputCap(int cap) {
    return new Attempt(
        number,
        deployment,
        node,
        why,
        call,
        tally,
        margin,
        inputTokens,
        cap,
        reservation,
        races,
        together);
  }

  Attempt racing(boolean another) {
    return new Attempt(
        number,
        deployment,
        node,
        why,
        call,
        tally,
        margin,
        inputTokens,
        outputCap,
        reservation,
        another,
        together);
  }

  Attempt granted(long cap, Reservation granted) {
    return new Attempt(
        number,
        deployment,
        node,
        why,
        call,
        tally,
        margin,
        inputTokens,
        Math.toIntExact(cap),
        granted,
        races,
        together);
  }

  Demand demand() {
    return new Demand(inputTokens, outputCap, 1, deployment.price());
  }

  /** Lets later attempts know by how much the upstream's count of words passed the bound. */
  void learn(Usage reported, InputMargins margins) {
    if (InputBound.images(call) == 0) {
      margins.seen(deployment, margin, inputTokens, reported.inputTokens());
    }
  }

  /** What the router has to know of it. */
  Tried tried(Tried.Why why, WeirError error) {
    boolean followed = why == Tried.Why.FAILED && tally.isFree();
    return new Tried(deployment.name(), node, followed ? Tried.Why.FOLLOWED : why, error);
  }

  /** What the upstream is known to have read and written: its own count, else what was seen. */
  Charge seen() {
    Usage reported = tally.reported();
    return new Charge.Used(reported == null ? tally.seen(inputTokens) : reported);
  }

  /** What is charged where {@code charge} is what the call has cost: nothing if another pays it. */
  Charge due(Charge charge) {
    return tally.isFree() ? new Charge.Nothing() : charge;
  }

  /** What it took, where {@code charge} is what it is charged. */
  Usage used(Charge charge) {
    return switch (charge) {
      case Charge.Used(Usage known) -> known;
      case Charge.Unknown none ->
          tally.isFree() ? Usage.ZERO : new Usage(inputTokens, 0, outputCap, 0);
      case Charge.Nothing nothing -> Usage.ZERO;
    };
  }
}
