package dev.weir.inference.routing;

import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Rounds;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.InferenceRouter.Choose;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Which calls rollouts compare, and what these came to since the keeper was told. A part of {@link
 * InferenceRouter}, used by its actor alone.
 */
final class Trials {

  private final ActorRef<RolloutKeeper.Command> keeper;
  private final Rounds rounds = new Rounds();

  Trials(ActorRef<RolloutKeeper.Command> keeper) {
    this.keeper = keeper;
  }

  /** The canary that such a call tells something of: one that it, too, might have gone to. */
  static @Nullable Canary compared(Model model, Catalog now, Choose choose) {
    Canary canary = model.canary();
    return canary != null
            && canary.isRunning()
            && choose.purpose() == Purpose.ANSWER
            && choose.tried().isEmpty()
            && !model.hasRuleFor(choose.call())
            && now.deployment(canary.deployment()).filter(choose.call()::mayGoTo).isPresent()
        ? canary
        : null;
  }

  /** A call's part in it: the side is the user's. */
  static Trial of(Canary canary, Model model, String user) {
    return new Trial(
        new Round(model.name(), canary.deployment(), canary.step()),
        canary.takes(user, model.name()),
        canary.evaluator());
  }

  /** Whether this is the first that the keeper is to be told of. */
  boolean saw(Trial trial, Seen seen) {
    return rounds.add(trial, seen);
  }

  /** Tells the keeper all of it. */
  void tell() {
    rounds
        .drain()
        .forEach(
            (round, batch) ->
                keeper.tell(new RolloutKeeper.Report(round, batch.canary(), batch.stable())));
  }
}
