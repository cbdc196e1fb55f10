package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Limit;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.Member;
import dev.weir.inference.limit.Permits;
import dev.weir.inference.limit.cluster.LimitOwner;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Claim;
import dev.weir.inference.queue.FairQueue;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a limited deployment passes once it has a slot: it starts when the limit's owner
 * has granted it. A part of {@link Served}, used by its actor alone.
 */
final class Gate {

  /** How many calls ask at once; the next ones ask with the answer. */
  private static final int AT_ONCE = 16;

  private final Limits limits;
  private final ActorRef<Answer> answers;
  private final Permits<ActorRef<Generation.Command>> permits;
  private final Metrics.Permits gauge;
  private long inputTokens;

  Gate(
      Deployment deployment,
      Limit limit,
      Limits limits,
      ActorRef<Answer> answers,
      LongSupplier nanos) {
    this.limits = limits;
    this.answers = answers;
    this.permits =
        new Permits<>(
            new Member(limits.node(), deployment.name()),
            limit,
            deployment.timeouts().connect(),
            nanos);
    this.gauge = new Metrics.Permits(limit.name());
  }

  /** The limit is another from now on. */
  void limit(Limit now) {
    permits.limit(now);
  }

  /** Whether the call whose turn it is may start; if so, it has taken a permit. */
  boolean allows(Claim claim) {
    inputTokens = claim.inputTokens();
    return permits.take(claim.tokens());
  }

  /** The call that was allowed last is sent. */
  void started(ActorRef<Generation.Command> generation) {
    permits.start(generation, inputTokens);
  }

  void answered(Answer answer) {
    permits.answer(answer);
  }

  void begun(ActorRef<Generation.Command> generation) {
    permits.arrived(generation);
  }

  void produced(ActorRef<Generation.Command> generation, long tokens) {
    permits.produced(generation, tokens);
  }

  /** A call is over, as {@link Listener#ended} tells; what nobody has counted is the most. */
  void came(
      ActorRef<Generation.Command> generation,
      boolean answered,
      @Nullable WeirError failure,
      OptionalLong tokens) {
    boolean refused = failure != null && !answered && !UpstreamError.mayHaveCost(failure);
    if (tokens.isPresent() || refused) {
      permits.settled(generation, tokens.orElse(0));
    } else {
      permits.ended(generation);
    }
    if (failure instanceof WeirError.ModelFailed limited && UpstreamError.isRateLimit(failure)) {
      permits.pause(limited.retryAfter());
    }
  }

  void ended(ActorRef<Generation.Command> generation) {
    permits.ended(generation);
  }

  /** Asks for what could start now, gives back what cannot be used, tells what is new. */
  void update(FairQueue<ActorRef<Generation.Command>> queue) {
    permits.giveBack();
    permits.want(queue.ready(AT_ONCE).stream().map(Claim::tokens).toList());
    gauge.update(Math.max(0, Math.min(queue.waiting(), queue.slots() - queue.running())));
    permits
        .demand()
        .ifPresent(demand -> limits.owner().tell(new LimitOwner.Report(demand, answers)));
  }

  boolean isCutOff() {
    return permits.isCutOff();
  }

  boolean isIdle() {
    return permits.isIdle();
  }

  /** About how long a call takes to start behind all that waits here. */
  Duration waitFor(FairQueue<?> queue) {
    return permits.waitFor(queue.waiting(), queue.waitingTokens());
  }
}
