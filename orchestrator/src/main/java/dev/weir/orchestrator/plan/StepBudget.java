package dev.weir.orchestrator.plan;

import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.Key;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/**
 * What the attempts of one step reserve and cost: each reserves before it is made, and settles
 * once, however it ends. A part of {@link GenerateStep}, used by its actor alone.
 */
final class StepBudget {

  private final StepSpec spec;
  private final ActorRef<ShardingEnvelope<User.Command>> users;
  private final ActorRef<Settlements.Command> settlements;
  private final Totals totals;
  private final Set<Integer> settled = new HashSet<>();

  StepBudget(StepSpec spec, StepDependencies dependencies, Totals totals) {
    this.spec = spec;
    this.users = dependencies.users();
    this.settlements = dependencies.settlements();
    this.totals = totals;
  }

  /**
   * How much output what the client allows its request leaves to {@code attempt}, which takes it.
   */
  int takeOfCaps(Attempt attempt) {
    return spec.allowance()
        .caps()
        .take(
            spec.id(),
            attempt.number(),
            attempt.inputTokens(),
            attempt.outputCap(),
            attempt.deployment().price());
  }

  /** It is not made. */
  void refused(Attempt attempt) {
    spec.allowance().caps().took(spec.id(), attempt.number(), 0, 0);
  }

  /** Asks for the worst case of {@code attempt}; may be asked again. */
  void reserve(Attempt attempt, ActorRef<Admission> replyTo) {
    tell(new User.Reserve(key(attempt), attempt.demand(), settlements, replyTo, spec.trace()));
  }

  /** A second grant of the same attempt, by another incarnation of the user, is not needed. */
  void giveBack(Attempt attempt, Admission.Granted granted, ActorRef<User.Settled> replyTo) {
    if (!granted.reservation().equals(attempt.reservation())) {
      tell(
          new User.Settle(
              granted.key(),
              granted.reservation(),
              new Charge.Nothing(),
              replyTo,
              TraceContext.NONE));
    }
  }

  /** Settles {@code attempt} unless it is settled; for what another pays, nothing. */
  void settle(Attempt attempt, Charge charge) {
    if (!settled.add(attempt.number())) {
      return;
    }
    Charge due = attempt.due(charge);
    Usage used = attempt.used(charge);
    if (due instanceof Charge.Used) {
      Metrics.tokens(
          attempt.deployment().label(),
          used.inputTokens(),
          used.cachedInputTokens(),
          used.outputTokens());
    }
    long cost = attempt.tally().isFree() ? 0 : attempt.deployment().price().of(used);
    totals.took(used, cost);
    spec.allowance()
        .caps()
        .took(spec.id(), attempt.number(), attempt.tally().isFree() ? 0 : used.totalTokens(), cost);
    totals.came(attempt.tally().came());
    settlements.tell(
        new Settlements.Settle(
            spec.caller().entityId(), key(attempt), attempt.reservation(), due, spec.trace()));
  }

  private Key key(Attempt attempt) {
    return new Key(spec.responseId(), spec.id(), attempt.number());
  }

  private void tell(User.Command command) {
    users.tell(new ShardingEnvelope<>(spec.caller().entityId(), command));
  }
}
