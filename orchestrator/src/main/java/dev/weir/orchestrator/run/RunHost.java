package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.conversation.Packed;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Settlements;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** Keeps the runs of one orchestrator node and answers for them. */
public final class RunHost {

  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "run-host");

  public sealed interface Command extends WireMessage {}

  /**
   * Starts a run.
   *
   * @param reading where its events go, or null when nobody reads yet
   * @param key the client's, under which it is run once; null without one
   */
  public record Accept(
      ResponseId id,
      Caller caller,
      Parcel<ResponseRequest> request,
      TraceContext trace,
      @Nullable Reading reading,
      ActorRef<Run.Admission> replyTo,
      @Nullable IdempotencyKey key)
      implements Command {}

  /** Which events to send, and where; see {@link Run.Attach}. */
  public record Reading(long from, Ticket events) implements WireMessage {}

  /** Asks something of a run that may be here. */
  public record Ask(ResponseId id, Caller caller, Question question, ActorRef<Answer> replyTo)
      implements Command {}

  /** What may be asked. */
  public sealed interface Question extends WireMessage {
    /** Which events are wanted as well; null for none. */
    default @Nullable Reading reading() {
      return null;
    }
  }

  /** The response as it is. */
  public record Retrieve() implements Question {}

  /** Its events, from some number on. */
  public record Resume(Reading reading) implements Question {}

  /**
   * The same, as one more who asked for it under its client's key: answered once it is admitted,
   * and as it is refused.
   *
   * @param reading null when nobody reads
   */
  public record Join(@Nullable Reading reading) implements Question {}

  /** That it stops. */
  public record Cancel() implements Question {}

  /** That it is forgotten; it stops first. Answered by {@link Found} as it was. */
  public record Delete() implements Question {}

  /** What was put in, a part of it. Answered by {@link Inputs}. */
  public record InputItems(boolean newestFirst, @Nullable String after, int limit)
      implements Question {
    Slice.Wanted wanted() {
      return new Slice.Wanted(newestFirst, after, limit);
    }
  }

  /** Asks which process this is. */
  public record Identify(ActorRef<Identity> replyTo) implements Command {}

  /**
   * Answers {@link Identify}; sent again when the host begins to drain.
   *
   * @param draining whether it takes no new runs; those it has can still be asked for
   */
  public record Identity(long incarnation, ActorRef<Command> host, boolean draining)
      implements WireMessage {}

  /** Asks how many runs have not ended. */
  public record Census(ActorRef<Integer> replyTo) implements Command {}

  /** Takes no new runs; answers when the last one has ended, been read and been settled. */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private record AskerGone(ActorRef<Identity> asker) implements Command {}

  private enum Quiet implements Command {
    NOW
  }

  /** The run has ended and nobody reads it any more; it may linger. */
  record Released(ResponseId id) implements Command {}

  /**
   * The run has ended and need not be asked any more; answered by {@link Run.Forget}, after which
   * it gets no more readers.
   */
  record Forgettable(ResponseId id) implements Command {}

  private record Unpacked(Accept accept, ResponseRequest request) implements Command {}

  private record Claimed(Accept accept, Response response, Claims.Verdict verdict)
      implements Command {}

  private record NotBegun(Accept accept, WeirError error) implements Command {}

  /** A run that was to be deleted has ended, or takes too long. */
  private record Deletable(Ask ask) implements Command {}

  private record RunEnded(ResponseId id) implements Command {}

  /** Answers {@link Ask}. */
  public sealed interface Answer extends WireMessage {}

  /** The response as it is. */
  public record Found(Parcel<Response> response) implements Answer {}

  /** Some of what was put in, and whether there is more behind it. */
  public record Inputs(Packed items, boolean more) implements Answer {}

  /** This node does not have it. */
  public record NotHere() implements Answer {}

  /** The process of that incarnation runs it. */
  public record Elsewhere(long incarnation) implements Answer {}

  /** This node has it, and refuses. */
  public record Denied(WeirError error) implements Answer {}

  /** How long a gateway may take to hear that this host drains. */
  private static final Duration LATECOMERS = Duration.ofMillis(500);

  private static final Duration END_WITHIN = Duration.ofSeconds(15);

  private final ActorContext<Command> context;
  private final long incarnation;
  private final RunDependencies dependencies;
  private final PastRuns past;
  private final TimerScheduler<Command> timers;
  private final HostedRuns runs = new HostedRuns();
  private final Set<ActorRef<Identity>> identified = new HashSet<>();
  private final List<ActorRef<Done>> awaitingDrain = new ArrayList<>();
  private boolean draining;
  private boolean quiet;

  /**
   * A host of its own.
   *
   * @param incarnation the cluster member's uid
   * @param members whether the process with such a uid is in the cluster
   */
  public static Behavior<Command> create(
      long incarnation, LongPredicate members, RunDependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  context
                      .getSystem()
                      .receptionist()
                      .tell(Receptionist.register(KEY, context.getSelf()));
                  return new RunHost(context, timers, incarnation, members, dependencies).hosting();
                }));
  }

  private RunHost(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      long incarnation,
      LongPredicate members,
      RunDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.incarnation = incarnation;
    this.dependencies = dependencies;
    this.past = new PastRuns(incarnation, members, dependencies);
  }

  private Behavior<Command> hosting() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Accept accept -> onAccept(accept);
            case Unpacked(Accept accept, ResponseRequest request) -> begin(accept, request);
            case Claimed(Accept accept, Response response, Claims.Ours(Claims.Held held)) ->
                host(accept, response, held);
            case Claimed(Accept accept, Response none, Claims.Earlier(ResponseId first)) ->
                dismiss(accept, new Run.Earlier(first));
            case NotBegun(Accept accept, WeirError error) ->
                dismiss(accept, new Run.Refused(error, new RateLimits(List.of())));
            case Ask ask -> onAsk(ask);
            case Deletable(Ask ask) -> past.answer(ask);
            case Identify(var replyTo) -> onIdentify(replyTo);
            case Census(var replyTo) -> replyTo.tell(runs.live());
            case Drain(var replyTo) -> onDrain(replyTo);
            case AskerGone(var asker) -> identified.remove(asker);
            case Quiet now -> quiet = true;
            case Released(ResponseId id) -> runs.release(id);
            case Forgettable(ResponseId id) -> runs.forget(id);
            case RunEnded(ResponseId id) -> onRunEnded(id);
          }
          answerDrained();
          return Behaviors.same();
        });
  }

  private void onIdentify(ActorRef<Identity> replyTo) {
    if (identified.add(replyTo)) {
      context.watchWith(replyTo, new AskerGone(replyTo));
    }
    replyTo.tell(identity());
  }

  private Identity identity() {
    return new Identity(incarnation, context.getSelf(), draining);
  }

  /** Those who know this host hear of it first; what is already on its way is still taken. */
  private void onDrain(ActorRef<Done> replyTo) {
    awaitingDrain.add(replyTo);
    if (!draining) {
      draining = true;
      identified.forEach(asker -> asker.tell(identity()));
      timers.startSingleTimer(Quiet.NOW, LATECOMERS);
    }
  }

  private void answerDrained() {
    if (quiet && runs.live() == 0) {
      awaitingDrain.forEach(
          replyTo -> dependencies.steps().settlements().tell(new Settlements.Drain(replyTo)));
      awaitingDrain.clear();
    }
  }

  private void onAccept(Accept accept) {
    runs.expect(accept.id());
    if (accept.request() instanceof Parcel.Here<ResponseRequest>(ResponseRequest request)) {
      begin(accept, request);
      return;
    }
    context.pipeToSelf(
        dependencies.parcels().open(accept.request(), dependencies.codecs().requests()),
        (request, failure) ->
            failure == null
                ? new Unpacked(accept, request)
                : new NotBegun(accept, WeirError.of(failure)));
  }

  private void begin(Accept accept, ResponseRequest request) {
    Response response =
        new Response(
            accept.id(),
            accept.caller(),
            request,
            Response.Status.IN_PROGRESS,
            dependencies.steps().clock().instant(),
            null,
            List.of(),
            null,
            null,
            null,
            request.conversation(),
            Response.Summary.NONE);
    if (accept.key() == null) {
      host(accept, response, null);
      return;
    }
    context.pipeToSelf(
        dependencies.claims().claim(accept.key(), response, incarnation),
        (verdict, failure) ->
            failure == null
                ? new Claimed(accept, response, verdict)
                : new NotBegun(accept, WeirError.of(failure)));
  }

  private void dismiss(Accept accept, Run.Admission answer) {
    runs.remove(accept.id());
    accept.replyTo().tell(answer);
    runs.early(accept.id()).forEach(this::onAsk);
  }

  private void host(Accept accept, Response response, Claims.@Nullable Held held) {
    RunTelemetry telemetry = new RunTelemetry(response, accept.trace());
    ActorRef<Run.Command> run =
        context.spawn(
            Run.create(
                new RunStart(
                    response, telemetry, incarnation, accept.replyTo(), context.getSelf(), held),
                dependencies),
            accept.id().toString());
    context.watchWith(run, new RunEnded(accept.id()));
    runs.add(accept.id(), new HostedRuns.Hosted(accept.caller(), run, telemetry));
    if (accept.reading() != null) {
      run.tell(new Run.Attach(accept.reading().from(), accept.reading().events()));
    }
    runs.early(accept.id()).forEach(this::onAsk);
  }

  private void onRunEnded(ResponseId id) {
    runs.remove(id)
        .ifPresent(
            hosted -> {
              if (hosted.telemetry().gone()) {
                dependencies
                    .steps()
                    .settlements()
                    .tell(new Settlements.EndRun(hosted.caller().entityId(), id.toString()));
              }
            });
  }

  private void onAsk(Ask ask) {
    if (runs.keepEarly(ask)) {
      return;
    }
    runs.find(ask.id(), ask.caller())
        .ifPresentOrElse(hosted -> onAsk(ask, hosted), () -> past.answer(ask));
  }

  private void onAsk(Ask ask, HostedRuns.Hosted hosted) {
    switch (hosted.standing()) {
      case KNOWN -> ask(hosted.run(), ask);
      case FORGOTTEN -> past.answer(ask);
      case DELETED -> ask.replyTo().tell(new NotHere());
    }
  }

  private void ask(ActorRef<Run.Command> run, Ask ask) {
    switch (ask.question()) {
      case Retrieve retrieve -> run.tell(new Run.Describe(ask.replyTo()));
      case Cancel cancel -> run.tell(new Run.Cancel(ask.replyTo()));
      case Resume(Reading reading) -> {
        run.tell(new Run.Attach(reading.from(), reading.events()));
        run.tell(new Run.Describe(ask.replyTo()));
      }
      case Join(@Nullable Reading reading) -> {
        if (reading != null) {
          run.tell(new Run.Attach(reading.from(), reading.events()));
        }
        run.tell(new Run.Join(ask.replyTo()));
      }
      case InputItems input -> run.tell(new Run.ListInput(input.wanted(), ask.replyTo()));
      case Delete delete -> {
        runs.delete(ask.id());
        context.ask(
            Answer.class, run, END_WITHIN, Run.Cancel::new, (ended, failure) -> new Deletable(ask));
      }
    }
  }
}
