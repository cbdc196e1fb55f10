package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepEvent.Result;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step that is one model call, through all its attempts.
 *
 * <p>Routing → Reserving → Dispatching → Streaming → stopped. A failure that a retry can help,
 * before anything was produced, leads back to Routing after a pause; later attempts avoid the nodes
 * that were lost or refused. Cancel ends any phase at once and closes the exchange with the
 * upstream. Every attempt that reserved settles, however it ends.
 */
public final class GenerateStep {

  private static final Logger LOG = LoggerFactory.getLogger(GenerateStep.class);
  private static final Duration ROUTE_WITHIN = Duration.ofSeconds(5);
  private static final Duration ACCEPT_WITHIN = Duration.ofSeconds(5);

  /** What a generation that has ended had to say is here by then. */
  private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(5);

  private static final Duration ADMIT_WITHIN = Duration.ofSeconds(3);
  private static final int ADMISSION_TRIES = 4;

  public sealed interface Command {}

  /** Stop now. */
  public enum Cancel implements Command {
    NOW
  }

  private record Routed(InferenceRouter.Choice choice) implements Command {}

  private record Admitted(Admission admission) implements Command {}

  private record NoAdmission(int attempt, int tries) implements Command {}

  private record Replied(InferenceNode.Reply reply) implements Command {}

  private record NoReply(int attempt) implements Command {}

  record Opened(int attempt, ActorRef<Credit> credit) implements Command {}

  record Received(int attempt, List<Delta> deltas, ActorRef<Credit> credit) implements Command {}

  record StreamEnded(int attempt) implements Command {}

  record StreamFailed(int attempt, WeirError error) implements Command {}

  private record NodeLost(int attempt) implements Command {}

  private record GenerationEnded(int attempt) implements Command {}

  private record NothingCame(int attempt) implements Command {}

  private enum Retry implements Command {
    NOW
  }

  /**
   * What to ask and for whom.
   *
   * @param id unique within the response
   * @param affinity see {@link InferenceRouter.Choose}
   * @param maxOutputTokens the caller's own cap, or null
   * @param truncate whether a context that is too long loses its oldest items
   */
  public record Spec(
      String id,
      String responseId,
      Caller caller,
      String model,
      ModelCall call,
      @Nullable Integer maxOutputTokens,
      boolean truncate,
      String affinity,
      TraceContext trace) {}

  /** What steps share on a node. */
  public record Dependencies(
      ActorRef<InferenceRouter.Command> router,
      ActorRef<ShardingEnvelope<User.Command>> users,
      ActorRef<Settlements.Command> settlements,
      Conduit conduit,
      InferenceCodecs codecs,
      TokenCounter counter,
      InputMargins margins,
      InstantSource clock,
      RandomGenerator random) {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Spec spec;
  private final Dependencies dependencies;
  private final ActorRef<StepEvent> parent;
  private final Instant startedAt;
  private final Set<ActorRef<InferenceNode.Command>> avoided = new HashSet<>();
  private final StepBudget budget;
  private final Dispatch dispatch;
  private int attempts;
  private boolean announced;

  /** Whether the attempt under way has left the queue for its upstream. */
  private boolean started;

  /** Whether the current attempt's stream has brought anything: from then on the Conduit tells. */
  private boolean heard;

  private @Nullable Attempt attempt;
  private @Nullable ActorRef<Generation.Command> generation;
  private @Nullable Instant firstDeltaAt;

  public static Behavior<Command> create(
      Spec spec, Dependencies dependencies, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new GenerateStep(context, timers, spec, dependencies, parent).route()));
  }

  private GenerateStep(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Spec spec,
      Dependencies dependencies,
      ActorRef<StepEvent> parent) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
    this.parent = parent;
    this.startedAt = dependencies.clock().instant();
    this.budget = new StepBudget(spec, dependencies);
    this.dispatch = new Dispatch(context, spec, dependencies);
  }

  private Behavior<Command> route() {
    attempts++;
    attempt = null;
    generation = null;
    heard = false;
    started = false;
    context.ask(
        InferenceRouter.Choice.class,
        dependencies.router(),
        ROUTE_WITHIN,
        replyTo ->
            new InferenceRouter.Choose(
                spec.model(), spec.affinity(), attempts, Set.copyOf(avoided), replyTo),
        (choice, silence) ->
            new Routed(silence == null ? choice : new InferenceRouter.Unroutable(noRoute())));
    return running();
  }

  private Behavior<Command> running() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(
            PostStop.class,
            stopped -> {
              settle(new Charge.Unknown());
              return same();
            })
        .build();
  }

  private Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Routed(InferenceRouter.Choice choice) -> onChoice(choice);
      case Admitted(Admission admission) ->
          isCurrent(admission.key().attempt()) ? onAdmission(admission) : same();
      case NoAdmission(int number, int tries) -> isCurrent(number) ? onNoAdmission(tries) : same();
      case Replied(var reply) -> isCurrent(reply.id().attempt()) ? onReply(reply) : onLate(reply);
      case NoReply(int number) -> isCurrent(number) ? onLost() : same();
      case Opened(int number, ActorRef<Credit> credit) -> {
        credit.tell(Credit.MORE);
        yield same();
      }
      case Received received -> isCurrent(received.attempt()) ? onDeltas(received) : same();
      case StreamEnded(int number) -> isCurrent(number) ? onStreamEnded() : same();
      case StreamFailed(int number, WeirError error) ->
          isCurrent(number) ? onFailure(error) : same();
      case NodeLost(int number) -> isCurrent(number) ? onLost() : same();
      case GenerationEnded(int number) -> isCurrent(number) ? onGenerationEnded(number) : same();
      case NothingCame(int number) -> isCurrent(number) && !heard ? onLost() : same();
      case Retry now -> route();
      case Cancel now -> onCancel();
    };
  }

  private static Behavior<Command> same() {
    return Behaviors.same();
  }

  private boolean isCurrent(int number) {
    return attempt != null && attempt.number() == number;
  }

  private Behavior<Command> onChoice(InferenceRouter.Choice choice) {
    return switch (choice) {
      case InferenceRouter.Unroutable(WeirError error) -> retryOrEnd(error);
      case InferenceRouter.Chosen(Deployment deployment, var node) -> reserve(deployment, node);
    };
  }

  private Behavior<Command> reserve(Deployment deployment, ActorRef<InferenceNode.Command> node) {
    InputBound estimate = new InputBound(deployment.inputMargin(), dependencies.counter());
    int wanted = OutputCap.of(0, spec.maxOutputTokens(), deployment).tokens();
    ModelCall call =
        spec.truncate()
            ? new ContextFit(estimate, deployment.contextWindow()).fit(spec.call(), wanted)
            : spec.call();
    long input = estimate.of(call);
    OutputCap cap = OutputCap.of(input, spec.maxOutputTokens(), deployment);
    if (cap.tokens() < 1) {
      return end(new StepEvent.Failed(cap.tooLong(input, deployment)));
    }
    double margin = dependencies.margins().of(deployment);
    attempt =
        new Attempt(
            attempts,
            deployment,
            node,
            call,
            new Tally(dependencies.counter()),
            margin,
            new InputBound(margin, dependencies.counter()).of(call),
            cap.tokens(),
            null);
    return askForBudget(1);
  }

  private Behavior<Command> askForBudget(int tries) {
    budget.reserve(current(), context.messageAdapter(Admission.class, Admitted::new));
    timers.startSingleTimer(
        NoAdmission.class, new NoAdmission(current().number(), tries), ADMIT_WITHIN);
    return same();
  }

  private Behavior<Command> onNoAdmission(int tries) {
    if (tries < ADMISSION_TRIES) {
      return askForBudget(tries + 1);
    }
    settle(new Charge.Nothing());
    return end(new StepEvent.Failed(noAdmission()));
  }

  private Behavior<Command> onAdmission(Admission admission) {
    if (current().reservation() != null) {
      if (admission instanceof Admission.Granted again) {
        budget.giveBack(current(), again, context.getSystem().ignoreRef());
      }
      return same();
    }
    timers.cancel(NoAdmission.class);
    budget.answered(admission);
    return switch (admission) {
      case Admission.Refused refused -> {
        attempt = null;
        yield end(new StepEvent.Failed(refused.error()));
      }
      case Admission.Granted granted ->
          dispatch(current().granted(granted.outputCap(), granted.reservation()));
    };
  }

  private Behavior<Command> dispatch(Attempt granted) {
    attempt = granted;
    try {
      dispatch.send(granted, context.messageAdapter(InferenceNode.Reply.class, Replied::new));
    } catch (WeirException full) {
      settle(new Charge.Nothing());
      return end(new StepEvent.Failed(full.error()));
    }
    context.watchWith(granted.node(), new NodeLost(granted.number()));
    timers.startSingleTimer(NoReply.class, new NoReply(granted.number()), ACCEPT_WITHIN);
    return same();
  }

  private Behavior<Command> onReply(InferenceNode.Reply reply) {
    timers.cancel(NoReply.class);
    return switch (reply) {
      case InferenceNode.Rejected(var id, WeirError error) -> {
        avoided.add(current().node());
        settle(new Charge.Nothing());
        yield retryOrEnd(error);
      }
      case InferenceNode.Accepted(var id, var accepted, boolean queued) -> {
        generation = accepted;
        started |= !queued;
        context.watchWith(accepted, new GenerationEnded(id.attempt()));
        if (!announced) {
          announced = true;
          parent.tell(new StepEvent.Accepted(spec.id(), budget.limits()));
        }
        yield same();
      }
      case InferenceNode.Started begun -> {
        started = true;
        yield same();
      }
    };
  }

  private Behavior<Command> onLate(InferenceNode.Reply reply) {
    if (reply instanceof InferenceNode.Accepted accepted) {
      accepted.generation().tell(Generation.Cancel.NOW);
    }
    return same();
  }

  /** It ends before its stream has arrived, as a rule; but one that never began has none. */
  private Behavior<Command> onGenerationEnded(int number) {
    if (!heard) {
      timers.startSingleTimer(NothingCame.class, new NothingCame(number), LAST_WORDS_WITHIN);
    }
    return same();
  }

  private Behavior<Command> onDeltas(Received received) {
    heard = true;
    current().tally().add(received.deltas());
    if (firstDeltaAt == null) {
      firstDeltaAt = dependencies.clock().instant();
    }
    parent.tell(new StepEvent.Produced(spec.id(), received.deltas(), received.credit()));
    return same();
  }

  private Behavior<Command> onStreamEnded() {
    generation = null;
    FinishReason reason = current().tally().finish();
    return reason == null ? onFailure(brokeOff()) : finish(reason);
  }

  private Behavior<Command> finish(FinishReason reason) {
    Usage reported = current().tally().reported();
    if (reported != null) {
      current().learn(reported, dependencies.margins());
    }
    settle(reported == null ? new Charge.Unknown() : new Charge.Used(reported));
    return end(new StepEvent.Finished(reason));
  }

  private Behavior<Command> onFailure(WeirError error) {
    if (error instanceof WeirError.Unavailable) {
      return onLost();
    }
    if (current().tally().isEmpty()) {
      settle(UpstreamError.mayHaveCost(error) ? new Charge.Unknown() : new Charge.Nothing());
      return retryOrEnd(error);
    }
    settle(current().seen());
    return end(new StepEvent.Failed(error));
  }

  private Behavior<Command> onLost() {
    avoided.add(current().node());
    FinishReason reason = current().tally().finish();
    if (reason != null) {
      return finish(reason);
    }
    boolean silent = current().tally().isEmpty();
    settle(new Charge.Unknown());
    return silent ? retryOrEnd(lostNode()) : end(new StepEvent.CutShort("inference_node_lost"));
  }

  private Behavior<Command> onCancel() {
    if (attempt != null) {
      settle(started || !attempt.tally().isEmpty() ? attempt.seen() : new Charge.Nothing());
    }
    return end(new StepEvent.Cancelled());
  }

  private void settle(Charge charge) {
    if (attempt != null) {
      budget.settle(attempt, charge);
    }
  }

  private Behavior<Command> retryOrEnd(WeirError error) {
    Backoff backoff = Backoff.DEFAULT;
    if (!error.retryable() || !backoff.allows(attempts + 1)) {
      return end(new StepEvent.Failed(error));
    }
    tellRetry(error);
    release();
    attempt = null;
    timers.startSingleTimer(Retry.NOW, backoff.before(attempts + 1, dependencies.random()));
    return same();
  }

  private void tellRetry(WeirError error) {
    Metrics.retried(error.code());
    Logs.about(spec.trace(), LOG.atInfo())
        .addKeyValue("response_id", spec.responseId())
        .addKeyValue("attempt", attempts)
        .addKeyValue("code", error.code())
        .log("attempt failed, another follows");
  }

  private Behavior<Command> end(Result result) {
    release();
    parent.tell(new StepEvent.Ended(spec.id(), outcome(result)));
    return Behaviors.stopped();
  }

  private void release() {
    if (attempt != null) {
      context.unwatch(attempt.node());
    }
    if (generation != null) {
      context.unwatch(generation);
      generation.tell(Generation.Cancel.NOW);
      generation = null;
    }
  }

  private StepEvent.Outcome outcome(Result result) {
    Instant now = dependencies.clock().instant();
    return new StepEvent.Outcome(
        result,
        budget.usage(),
        budget.cost(),
        attempts,
        attempt == null ? "" : attempt.deployment().name(),
        firstDeltaAt == null ? null : Duration.between(startedAt, firstDeltaAt),
        firstDeltaAt == null ? null : Duration.between(firstDeltaAt, now),
        budget.limits());
  }

  private Attempt current() {
    if (attempt == null) {
      throw new IllegalStateException("no attempt under way");
    }
    return attempt;
  }

  private static WeirError noRoute() {
    return new WeirError.Unavailable(
        "no_route", "The router did not answer in time; try again shortly.", Duration.ofSeconds(2));
  }

  private static WeirError noAdmission() {
    return new WeirError.Unavailable(
        "budget_unavailable",
        "The user's budget did not answer in time; try again shortly.",
        Duration.ofSeconds(2));
  }

  private static WeirError brokeOff() {
    return new WeirError.ModelFailed("upstream_closed", "The model's answer broke off.", true);
  }

  private static WeirError lostNode() {
    return new WeirError.Unavailable(
        "inference_node_lost", "The inference node went away.", Duration.ofSeconds(1));
  }
}
