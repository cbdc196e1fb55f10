package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepEvent.Result;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
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

  /** What a generation that has ended had to say is here by then. */
  private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(5);

  private static final Duration ADMIT_WITHIN = Duration.ofSeconds(3);
  private static final int ADMISSION_TRIES = 4;

  public sealed interface Command {}

  /** Stop now. */
  public enum Cancel implements Command {
    NOW
  }

  /** Of one attempt; when that is over it means nothing. */
  private sealed interface OfAttempt extends Command {
    int attempt();
  }

  private record Routed(InferenceRouter.Choice choice) implements Command {}

  private record Admitted(Admission admission) implements OfAttempt {
    @Override
    public int attempt() {
      return admission.key().attempt();
    }
  }

  private record NoAdmission(int attempt, int tries) implements OfAttempt {}

  record Replied(InferenceNode.Reply reply) implements OfAttempt {
    @Override
    public int attempt() {
      return reply.id().attempt();
    }
  }

  record Opened(ActorRef<Credit> credit) implements Command {}

  record Received(int attempt, List<Delta> deltas, ActorRef<Credit> credit) implements OfAttempt {}

  record StreamEnded(int attempt) implements OfAttempt {}

  record StreamFailed(int attempt, WeirError error) implements OfAttempt {}

  /** Its node is gone, or does not answer. */
  record NodeLost(int attempt) implements OfAttempt {}

  record GenerationEnded(int attempt) implements OfAttempt {}

  /** Its generation has ended, and nothing came within a while. */
  record NothingCame(int attempt) implements OfAttempt {}

  private enum Retry implements Command {
    NOW
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private final ActorRef<StepEvent> parent;
  private final Set<ActorRef<InferenceNode.Command>> avoided = new HashSet<>();
  private final Totals totals;
  private final StepBudget budget;
  private final Dispatch dispatch;
  private boolean announced;
  private @Nullable Attempt attempt;

  public static Behavior<Command> create(
      StepSpec spec, StepDependencies dependencies, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new GenerateStep(context, timers, spec, dependencies, parent).route()));
  }

  private GenerateStep(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StepSpec spec,
      StepDependencies dependencies,
      ActorRef<StepEvent> parent) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
    this.parent = parent;
    this.totals = new Totals(dependencies.clock());
    this.budget = new StepBudget(spec, dependencies, totals);
    this.dispatch = new Dispatch(context, timers, spec, dependencies);
  }

  private Behavior<Command> route() {
    int number = totals.attempt();
    attempt = null;
    context.ask(
        InferenceRouter.Choice.class,
        dependencies.router(),
        ROUTE_WITHIN,
        replyTo ->
            new InferenceRouter.Choose(
                spec.model(), spec.affinity(), number, Set.copyOf(avoided), replyTo),
        (choice, silence) ->
            new Routed(
                silence == null ? choice : new InferenceRouter.Unroutable(StepErrors.noRoute())));
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
      case OfAttempt late when !isCurrent(late.attempt()) -> onLate(late);
      case Routed(InferenceRouter.Choice choice) -> onChoice(choice);
      case Admitted(Admission admission) -> onAdmission(admission);
      case NoAdmission(int number, int tries) -> onNoAdmission(tries);
      case Replied(InferenceNode.Reply reply) -> onReply(reply);
      case Opened(ActorRef<Credit> credit) -> onOpened(credit);
      case Received received -> onDeltas(received);
      case StreamEnded ended -> onStreamEnded();
      case StreamFailed(int number, WeirError error) -> onFailure(error);
      case NodeLost lost -> onLost();
      case GenerationEnded ended -> onGenerationEnded();
      case NothingCame silence -> dispatch.isSilent() ? onLost() : same();
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
    double margin = dependencies.margins().of(deployment);
    try {
      attempt =
          Attempt.of(totals.attempts(), deployment, node, spec, dependencies.counter(), margin);
    } catch (WeirException tooLong) {
      return end(new StepEvent.Failed(tooLong.error()));
    }
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
    return end(new StepEvent.Failed(StepErrors.noAdmission()));
  }

  private Behavior<Command> onAdmission(Admission admission) {
    if (current().reservation() != null) {
      if (admission instanceof Admission.Granted again) {
        budget.giveBack(current(), again, context.getSystem().ignoreRef());
      }
      return same();
    }
    timers.cancel(NoAdmission.class);
    totals.told(admission.limits());
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
    totals.tried(granted.deployment().name());
    try {
      dispatch.send(granted);
    } catch (WeirException full) {
      settle(new Charge.Nothing());
      return end(new StepEvent.Failed(full.error()));
    }
    return same();
  }

  private Behavior<Command> onReply(InferenceNode.Reply reply) {
    dispatch.answered(reply);
    return switch (reply) {
      case InferenceNode.Rejected(var id, WeirError error) -> {
        avoided.add(current().node());
        settle(new Charge.Nothing());
        yield retryOrEnd(error);
      }
      case InferenceNode.Accepted accepted -> {
        if (!announced) {
          announced = true;
          parent.tell(new StepEvent.Accepted(spec.id(), totals.limits()));
        }
        yield same();
      }
      case InferenceNode.Queued(var id, int position) -> {
        if (!dispatch.isBegun()) {
          parent.tell(new StepEvent.Queued(spec.id(), position));
        }
        yield same();
      }
      case InferenceNode.Started begun -> same();
    };
  }

  /** A generation that nobody waits for any more has to hear it. */
  private Behavior<Command> onLate(OfAttempt late) {
    if (late instanceof Replied(InferenceNode.Accepted accepted)) {
      accepted.generation().tell(Generation.Cancel.NOW);
    }
    return same();
  }

  private Behavior<Command> onOpened(ActorRef<Credit> credit) {
    credit.tell(Credit.MORE);
    return same();
  }

  /** It ends before its stream has arrived, as a rule; but one that never began has none. */
  private Behavior<Command> onGenerationEnded() {
    if (dispatch.isSilent()) {
      NothingCame silence = new NothingCame(current().number());
      timers.startSingleTimer(NothingCame.class, silence, LAST_WORDS_WITHIN);
    }
    return same();
  }

  private Behavior<Command> onDeltas(Received received) {
    dispatch.heard();
    current().tally().add(received.deltas());
    totals.heard();
    parent.tell(new StepEvent.Produced(spec.id(), received.deltas(), received.credit()));
    return same();
  }

  private Behavior<Command> onStreamEnded() {
    dispatch.ended();
    FinishReason reason = current().tally().finish();
    return reason == null ? onFailure(StepErrors.brokeOff()) : finish(reason);
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
    return silent
        ? retryOrEnd(StepErrors.lostNode())
        : end(new StepEvent.CutShort("inference_node_lost"));
  }

  private Behavior<Command> onCancel() {
    if (attempt != null) {
      boolean begun = dispatch.isBegun() || !attempt.tally().isEmpty();
      settle(begun ? attempt.seen() : new Charge.Nothing());
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
    if (!error.retryable() || !backoff.allows(totals.attempts() + 1)) {
      return end(new StepEvent.Failed(error));
    }
    tellRetry(error);
    dispatch.release();
    attempt = null;
    timers.startSingleTimer(
        Retry.NOW, backoff.before(totals.attempts() + 1, dependencies.random()));
    return same();
  }

  private void tellRetry(WeirError error) {
    Metrics.retried(error.code());
    Logs.about(spec.trace(), LOG.atInfo())
        .addKeyValue("response_id", spec.responseId())
        .addKeyValue("attempt", totals.attempts())
        .addKeyValue("code", error.code())
        .log("attempt failed, another follows");
  }

  private Behavior<Command> end(Result result) {
    dispatch.release();
    parent.tell(new StepEvent.Ended(spec.id(), totals.outcome(result)));
    return Behaviors.stopped();
  }

  private Attempt current() {
    if (attempt == null) {
      throw new IllegalStateException("no attempt under way");
    }
    return attempt;
  }
}
