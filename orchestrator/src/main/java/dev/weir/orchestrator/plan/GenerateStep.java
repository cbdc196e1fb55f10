package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Structured;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepEvent.Result;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One step that is one model call, through all its attempts.
 *
 * <p>Each attempt: routing → pausing → reserving → dispatched → streaming → settled. When one fails
 * before anything was said, the router tells where to try next, if anywhere. After that another
 * goes on with the text so far, where a deployment can; else the step is cut short. While nothing
 * was said for long, a second attempt may race the first, and whoever speaks first goes on alone.
 * Cancel ends all at once and closes the exchanges with the upstreams. Every attempt that reserved
 * settles, however it ends.
 */
public final class GenerateStep {

  /** What a generation that has ended had to say is here by then. */
  private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(5);

  private static final Duration ADMIT_WITHIN = Duration.ofSeconds(3);
  private static final int ADMISSION_TRIES = 4;

  public sealed interface Command
      permits Cancel, OfAttempt, Opened, NodeGone, Hedge, Deadline, Course.Answer {}

  /** Stop now. */
  public enum Cancel implements Command {
    NOW
  }

  /** Of one attempt; when that is over it means nothing. */
  private sealed interface OfAttempt extends Command {
    int attempt();
  }

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

  /**
   * More has come.
   *
   * @param failure what the stream failed with after it; null while it goes on
   */
  record Received(
      int attempt, List<Delta> deltas, @Nullable WeirError failure, ActorRef<Credit> credit)
      implements OfAttempt {}

  record StreamEnded(int attempt) implements OfAttempt {}

  record StreamFailed(int attempt, WeirError error) implements OfAttempt {}

  /** Its node has not answered in time. */
  record NoAnswer(int attempt) implements OfAttempt {}

  record GenerationEnded(int attempt) implements OfAttempt {}

  /** Its generation has ended, and nothing came within a while. */
  record NothingCame(int attempt) implements OfAttempt {}

  record NodeGone(ActorRef<InferenceNode.Command> node) implements Command {}

  private enum Hedge implements Command {
    NOW
  }

  private enum Deadline implements Command {
    NOW
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private final ActorRef<StepEvent> parent;
  private final Totals totals;
  private final StepBudget budget;

  /** One attempt, or two that race. */
  private final Map<Integer, Exchange> live = new LinkedHashMap<>();

  private final Course course;
  private final Said said = new Said();
  private boolean announced;

  public static Behavior<Command> create(
      StepSpec spec, StepDependencies dependencies, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new GenerateStep(context, timers, spec, dependencies, parent).begin()));
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
    this.course = new Course(context, timers, spec, dependencies);
  }

  private Behavior<Command> begin() {
    Duration left = spec.allowance().left(dependencies.clock().instant());
    if (left != null) {
      timers.startSingleTimer(Deadline.NOW, Deadline.NOW, left);
    }
    if (left == null || left.isPositive()) {
      course.ask(Purpose.ANSWER, Stream.empty());
    }
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(
            PostStop.class,
            stopped -> {
              live.values().forEach(it -> budget.settle(it.attempt(), new Charge.Unknown()));
              return same();
            })
        .build();
  }

  private Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case OfAttempt late when !live.containsKey(late.attempt()) -> onLate(late);
      case OfAttempt event -> onEvent(live.get(event.attempt()), event);
      case Opened(ActorRef<Credit> credit) -> {
        credit.tell(Credit.MORE);
        yield same();
      }
      case Course.Answer answer -> course.follow(answer).map(this::onChoice).orElse(same());
      case Hedge now -> onHedge();
      case Deadline now -> onDeadline();
      case NodeGone(var node) -> onNodeGone(node);
      case Cancel now -> onCancel();
    };
  }

  private Behavior<Command> onEvent(Exchange exchange, OfAttempt event) {
    return switch (event) {
      case Admitted(Admission admission) -> onAdmission(exchange, admission);
      case NoAdmission(int number, int tries) -> onNoAdmission(exchange, tries);
      case Replied(InferenceNode.Reply reply) -> onReply(exchange, reply);
      case Received received -> onDeltas(exchange, received);
      case StreamEnded ended -> onStreamEnded(exchange);
      case StreamFailed(int number, WeirError error) -> onFailure(exchange, error);
      case NoAnswer silence -> onLost(exchange);
      case GenerationEnded ended -> onGenerationEnded(exchange);
      case NothingCame silence -> exchange.isSilent() ? onLost(exchange) : same();
    };
  }

  private static Behavior<Command> same() {
    return Behaviors.same();
  }

  private Behavior<Command> onChoice(InferenceRouter.Choice choice) {
    return switch (choice) {
      case InferenceRouter.Unroutable(WeirError error) -> live.isEmpty() ? giveUp(error) : same();
      case InferenceRouter.Chosen chosen -> reserve(chosen);
    };
  }

  private Behavior<Command> reserve(InferenceRouter.Chosen chosen) {
    said.keep(chosen.continuable());
    totals.degraded(chosen.degraded() ? spec.model() : "");
    if (chosen.hedgeAfter() != null) {
      timers.startSingleTimer(Hedge.NOW, Hedge.NOW, chosen.hedgeAfter());
    }
    double margin = dependencies.margins().of(chosen.deployment());
    int number = totals.attempt();
    try {
      Attempt asked = Attempt.of(number, chosen, remaining(), dependencies.counter(), margin);
      int output = budget.takeOfCaps(asked);
      if (output == 0) {
        return live.isEmpty() ? giveUp(StepErrors.capReached()) : same();
      }
      Attempt attempt = asked.withOutputCap(output).racing(!live.isEmpty());
      Exchange exchange = new Exchange(context, timers, spec, dependencies, attempt, chosen);
      live.put(number, exchange);
      return askForBudget(exchange, 1);
    } catch (WeirException tooLong) {
      dependencies.router().tell(new InferenceRouter.Over(chosen.deployment().name(), null));
      return next(
          new Tried(chosen.deployment().name(), chosen.node(), Tried.Why.FAILED, tooLong.error()));
    }
  }

  private StepSpec remaining() {
    return said.isEmpty()
        ? spec
        : spec.after(said.text(), dependencies.counter().count(said.text()));
  }

  private Behavior<Command> askForBudget(Exchange exchange, int tries) {
    Attempt attempt = exchange.attempt();
    budget.reserve(attempt, context.messageAdapter(Admission.class, Admitted::new));
    timers.startSingleTimer(
        admission(attempt), new NoAdmission(attempt.number(), tries), ADMIT_WITHIN);
    return same();
  }

  private static String admission(Attempt attempt) {
    return "admission " + attempt.number();
  }

  private Behavior<Command> onNoAdmission(Exchange exchange, int tries) {
    if (tries < ADMISSION_TRIES) {
      return askForBudget(exchange, tries + 1);
    }
    drop(exchange, new Charge.Nothing());
    return live.isEmpty() ? giveUp(StepErrors.noAdmission()) : same();
  }

  private Behavior<Command> onAdmission(Exchange exchange, Admission admission) {
    Attempt attempt = exchange.attempt();
    if (attempt.reservation() != null) {
      if (admission instanceof Admission.Granted again) {
        budget.giveBack(attempt, again, context.getSystem().ignoreRef());
      }
      return same();
    }
    timers.cancel(admission(attempt));
    totals.told(admission.limits());
    return switch (admission) {
      case Admission.Refused refused -> {
        live.remove(attempt.number());
        exchange.release();
        budget.refused(attempt);
        yield live.isEmpty() ? giveUp(refused.error()) : same();
      }
      case Admission.Granted granted ->
          send(exchange, attempt.granted(granted.outputCap(), granted.reservation()));
    };
  }

  private Behavior<Command> send(Exchange exchange, Attempt granted) {
    totals.tried(granted.deployment().name(), granted.why());
    try {
      exchange.send(granted);
    } catch (WeirException full) {
      drop(exchange, new Charge.Nothing());
      return live.isEmpty() ? giveUp(full.error()) : same();
    }
    return same();
  }

  private Behavior<Command> onReply(Exchange exchange, InferenceNode.Reply reply) {
    exchange.answered(reply);
    return switch (reply) {
      case InferenceNode.Rejected(var id, WeirError error) ->
          failed(exchange, Tried.Why.REFUSED, error, new Charge.Nothing());
      case InferenceNode.Accepted accepted -> {
        if (!announced) {
          announced = true;
          parent.tell(new StepEvent.Accepted(spec.id(), totals.limits()));
        }
        yield same();
      }
      case InferenceNode.Queued(var id, int position) -> {
        if (!exchange.isBegun() && live.size() == 1) {
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

  private Behavior<Command> onHedge() {
    if (said.isEmpty() && live.size() == 1 && !course.isOpen()) {
      course.ask(
          Purpose.HEDGE,
          live.values().stream().map(it -> it.attempt().tried(Tried.Why.SLOW, StepErrors.slow())));
    }
    return same();
  }

  /** It ends before its stream has arrived, as a rule; but one that never began has none. */
  private Behavior<Command> onGenerationEnded(Exchange exchange) {
    if (exchange.isSilent()) {
      NothingCame silence = new NothingCame(exchange.attempt().number());
      timers.startSingleTimer(silence, silence, LAST_WORDS_WITHIN);
    }
    return same();
  }

  private Behavior<Command> onDeltas(Exchange exchange, Received received) {
    if (!received.deltas().isEmpty()) {
      goOnAlone(exchange);
      exchange.heard(received.deltas());
      exchange.attempt().tally().add(received.deltas());
      said.add(received.deltas());
      totals.heard();
      Structured how = exchange.attempt().deployment().structured();
      parent.tell(new StepEvent.Produced(spec.id(), received.deltas(), received.credit(), how));
    }
    return received.failure() == null ? same() : onFailure(exchange, received.failure());
  }

  /** Who speaks first does; the other has raced in vain. */
  private void goOnAlone(Exchange exchange) {
    if (live.size() > 1) {
      List.copyOf(live.values()).stream()
          .filter(other -> other != exchange)
          .forEach(other -> drop(other, other.soFar()));
      totals.tried(exchange.attempt().deployment().name(), exchange.attempt().why());
    }
  }

  private Behavior<Command> onStreamEnded(Exchange exchange) {
    exchange.ended();
    FinishReason reason = exchange.attempt().tally().finish();
    return reason == null
        ? onFailure(exchange, StepErrors.brokeOff())
        : finish(exchange.attempt(), reason);
  }

  private Behavior<Command> finish(Attempt attempt, FinishReason reason) {
    Usage reported = attempt.tally().reported();
    if (reported != null) {
      attempt.learn(reported, dependencies.margins());
    }
    budget.settle(attempt, reported == null ? new Charge.Unknown() : new Charge.Used(reported));
    return end(new StepEvent.Finished(reason));
  }

  private Behavior<Command> onFailure(Exchange exchange, WeirError error) {
    if (error instanceof WeirError.Unavailable) {
      return onLost(exchange);
    }
    if (error instanceof WeirError.TimedOut) {
      return onDeadline();
    }
    Charge charge =
        !exchange.attempt().tally().isEmpty()
            ? exchange.attempt().seen()
            : UpstreamError.mayHaveCost(error) ? new Charge.Unknown() : new Charge.Nothing();
    return failed(exchange, Tried.Why.FAILED, error, charge);
  }

  private Behavior<Command> onNodeGone(ActorRef<InferenceNode.Command> node) {
    Behavior<Command> next = same();
    for (Exchange exchange : List.copyOf(live.values())) {
      if (exchange.attempt().node().equals(node)) {
        next = onLost(exchange);
      }
    }
    return next;
  }

  private Behavior<Command> onLost(Exchange exchange) {
    FinishReason reason = exchange.attempt().tally().finish();
    return reason == null
        ? failed(exchange, Tried.Why.LOST, StepErrors.lostNode(), new Charge.Unknown())
        : finish(exchange.attempt(), reason);
  }

  private Behavior<Command> failed(
      Exchange exchange, Tried.Why why, WeirError error, Charge charge) {
    exchange.failed(why, error);
    drop(exchange, charge);
    return next(exchange.attempt().tried(why, error));
  }

  /** What follows an attempt that failed: nothing new while another races or is on its way. */
  private Behavior<Command> next(Tried failed) {
    course.tried(failed);
    if (!live.isEmpty() || course.isOpen()) {
      return same();
    }
    boolean worthIt = UpstreamError.mayFareBetterElsewhere(failed.error());
    if (!worthIt || !(said.isEmpty() || said.canGoOn())) {
      return giveUp(failed.error());
    }
    course.ask(said.isEmpty() ? Purpose.ANSWER : Purpose.GO_ON, Stream.empty());
    return same();
  }

  /** What was said stays said. */
  private Behavior<Command> giveUp(WeirError error) {
    return end(said.isEmpty() ? new StepEvent.Failed(error) : new StepEvent.CutShort(error.code()));
  }

  /** Nobody wants the rest. */
  private Behavior<Command> onDeadline() {
    List.copyOf(live.values()).forEach(it -> drop(it, it.soFar()));
    return giveUp(StepErrors.deadlineExceeded());
  }

  private Behavior<Command> onCancel() {
    List.copyOf(live.values()).forEach(it -> drop(it, it.soFar()));
    return end(new StepEvent.Cancelled());
  }

  private void drop(Exchange exchange, Charge charge) {
    live.remove(exchange.attempt().number());
    timers.cancel(admission(exchange.attempt()));
    exchange.release();
    budget.settle(exchange.attempt(), charge);
  }

  private Behavior<Command> end(Result result) {
    live.values().forEach(Exchange::release);
    parent.tell(new StepEvent.Ended(spec.id(), totals.outcome(result)));
    return Behaviors.stopped();
  }
}
