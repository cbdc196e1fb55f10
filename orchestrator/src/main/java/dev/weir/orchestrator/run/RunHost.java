package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packed;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Settlements;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/** Keeps the runs of one orchestrator node and answers for them. */
public final class RunHost {

  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "run-host");

  public sealed interface Command extends WireMessage {}

  /**
   * Starts a run.
   *
   * @param reading where its events go, or null when nobody reads yet
   */
  public record Accept(
      ResponseId id,
      Caller caller,
      Parcel<ResponseRequest> request,
      TraceContext trace,
      @Nullable Reading reading,
      ActorRef<Run.Admission> replyTo)
      implements Command {}

  /** Which processes are in the cluster. */
  @FunctionalInterface
  public interface Members {
    boolean isUp(long incarnation);
  }

  /** Which events to send, and where; see {@link Run.Attach}. */
  public record Reading(long from, Ticket events) implements WireMessage {}

  /** Asks something of a run that may be here. */
  public record Ask(ResponseId id, Caller caller, Question question, ActorRef<Answer> replyTo)
      implements Command {}

  /** What may be asked. */
  public sealed interface Question extends WireMessage {}

  /** The response as it is. */
  public record Retrieve() implements Question {}

  /** Its events, from some number on. */
  public record Resume(Reading reading) implements Question {}

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

  /** The run has ended and is not stored: its readers read on, nobody else may ask for it. */
  record Forgotten(ResponseId id) implements Command {}

  private record Unpacked(Accept accept, ResponseRequest request) implements Command {}

  private record NotUnpacked(Accept accept, WeirError error) implements Command {}

  private record LookedUp(Ask ask, Optional<RunArchive.Found> found) implements Command {}

  private record InputLookedUp(Ask ask, InputItems question, Optional<List<Item>> input)
      implements Command {}

  private record LookUpFailed(Ask ask, WeirError error) implements Command {}

  private record Deleted(Ask ask, Response response) implements Command {}

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

  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  private final ActorContext<Command> context;
  private final long incarnation;
  private final Members members;
  private final Run.Dependencies dependencies;
  private final TimerScheduler<Command> timers;
  private final Map<ResponseId, Hosted> runs = new HashMap<>();
  private final Set<ResponseId> live = new HashSet<>();
  private final Set<ActorRef<Identity>> identified = new HashSet<>();
  private final List<ActorRef<Done>> awaitingDrain = new ArrayList<>();
  private boolean draining;
  private boolean quiet;

  private record Hosted(
      Caller caller, ActorRef<Run.Command> run, RunTelemetry telemetry, boolean known) {

    boolean mayBeAskedBy(Caller asker) {
      return known && caller.equals(asker);
    }

    Hosted forgotten() {
      return new Hosted(caller, run, telemetry, false);
    }
  }

  /**
   * A host of its own.
   *
   * @param incarnation the cluster member's uid
   */
  public static Behavior<Command> create(
      long incarnation, Members members, Run.Dependencies dependencies) {
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
      Members members,
      Run.Dependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.incarnation = incarnation;
    this.members = members;
    this.dependencies = dependencies;
  }

  private Behavior<Command> hosting() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Accept accept -> onAccept(accept);
            case Unpacked(Accept accept, ResponseRequest request) -> host(accept, request);
            case NotUnpacked(Accept accept, WeirError error) -> {
              live.remove(accept.id());
              accept.replyTo().tell(new Run.Refused(error, new RateLimits(List.of())));
            }
            case Ask ask -> onAsk(ask);
            case LookedUp(Ask ask, var found) -> onFound(ask, found);
            case InputLookedUp(Ask ask, InputItems question, var input) ->
                ask.replyTo()
                    .tell(
                        input
                            .map(items -> dependencies.inputs(items, question.wanted()))
                            .orElseGet(NotHere::new));
            case LookUpFailed(Ask ask, WeirError error) -> ask.replyTo().tell(new Denied(error));
            case Deleted(Ask ask, Response response) ->
                ask.replyTo().tell(dependencies.found(response, ask.replyTo()));
            case Identify(var replyTo) -> onIdentify(replyTo);
            case Census(var replyTo) -> replyTo.tell(live.size());
            case Drain(var replyTo) -> onDrain(replyTo);
            case AskerGone(var asker) -> identified.remove(asker);
            case Quiet now -> quiet = true;
            case Released(ResponseId id) -> live.remove(id);
            case Forgotten(ResponseId id) ->
                runs.computeIfPresent(id, (same, hosted) -> hosted.forgotten());
            case RunEnded(ResponseId id) -> {
              live.remove(id);
              onRunEnded(id);
            }
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
    if (quiet && live.isEmpty()) {
      awaitingDrain.forEach(
          replyTo -> dependencies.steps().settlements().tell(new Settlements.Drain(replyTo)));
      awaitingDrain.clear();
    }
  }

  private void onAccept(Accept accept) {
    live.add(accept.id());
    if (accept.request() instanceof Parcel.Here<ResponseRequest>(ResponseRequest request)) {
      host(accept, request);
      return;
    }
    context.pipeToSelf(
        dependencies.parcels().open(accept.request(), dependencies.codecs().requests()),
        (request, failure) ->
            failure == null
                ? new Unpacked(accept, request)
                : new NotUnpacked(accept, WeirError.of(failure)));
  }

  private void host(Accept accept, ResponseRequest request) {
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
    RunTelemetry telemetry = new RunTelemetry(response, accept.trace());
    ActorRef<Run.Command> run =
        context.spawn(
            Run.create(
                new Run.Start(
                    response, telemetry, incarnation, accept.replyTo(), context.getSelf()),
                dependencies),
            accept.id().toString());
    context.watchWith(run, new RunEnded(accept.id()));
    runs.put(accept.id(), new Hosted(accept.caller(), run, telemetry, true));
    if (accept.reading() != null) {
      run.tell(new Run.Attach(accept.reading().from(), accept.reading().events()));
    }
  }

  private void onRunEnded(ResponseId id) {
    Hosted hosted = runs.remove(id);
    if (hosted != null && hosted.telemetry().gone()) {
      dependencies
          .steps()
          .settlements()
          .tell(new Settlements.EndRun(hosted.caller().entityId(), id.toString()));
    }
  }

  private void onAsk(Ask ask) {
    Hosted hosted = runs.get(ask.id());
    if (hosted == null || !hosted.mayBeAskedBy(ask.caller())) {
      lookUp(ask);
      return;
    }
    switch (ask.question()) {
      case Retrieve retrieve -> hosted.run().tell(new Run.Describe(ask.replyTo()));
      case Cancel cancel -> hosted.run().tell(new Run.Cancel(ask.replyTo()));
      case Resume(Reading reading) -> {
        hosted.run().tell(new Run.Attach(reading.from(), reading.events()));
        hosted.run().tell(new Run.Describe(ask.replyTo()));
      }
      case InputItems input -> hosted.run().tell(new Run.ListInput(input.wanted(), ask.replyTo()));
      case Delete delete -> {
        runs.remove(ask.id());
        afterItsEnd(hosted.run(), ask);
      }
    }
  }

  /** Asks again once the run has ended: what it still adds to its conversation is there then. */
  private void afterItsEnd(ActorRef<Run.Command> run, Ask ask) {
    context.ask(Answer.class, run, END_WITHIN, Run.Cancel::new, (ended, failure) -> ask);
  }

  private void lookUp(Ask ask) {
    if (ask.question() instanceof InputItems question) {
      lookUpInput(ask, question);
      return;
    }
    context.pipeToSelf(
        dependencies.archive().find(ask.caller(), ask.id().toString()),
        (found, failure) ->
            failure == null
                ? new LookedUp(ask, found)
                : new LookUpFailed(ask, WeirError.of(failure)));
  }

  private void lookUpInput(Ask ask, InputItems question) {
    context.pipeToSelf(
        dependencies.archive().input(ask.caller(), ask.id().toString()),
        (input, failure) ->
            failure == null
                ? new InputLookedUp(ask, question, input)
                : new LookUpFailed(ask, WeirError.of(failure)));
  }

  private void onFound(Ask ask, Optional<RunArchive.Found> found) {
    if (found.isEmpty()) {
      ask.replyTo().tell(new NotHere());
      return;
    }
    if (ask.question() instanceof Delete) {
      delete(ask, found.get());
      return;
    }
    switch (found.get()) {
      case RunArchive.Found.Whole(RunArchive.Ended ended) -> answer(ask, ended);
      case RunArchive.Found.Unfinished(Response begun, long host, int epoch) -> {
        if (host != incarnation && members.isUp(host)) {
          ask.replyTo().tell(new Elsewhere(host));
        } else {
          abandon(ask, epoch);
        }
      }
    }
  }

  private void answer(Ask ask, RunArchive.Ended ended) {
    if (ask.question() instanceof Resume(Reading reading)) {
      List<ResponseEvent.Numbered> events = ended.events();
      dependencies
          .streams()
          .replay(
              reading.events(),
              reading.from() == Readers.LAST
                  ? List.of(events.getLast())
                  : events.stream().filter(event -> event.number() >= reading.from()).toList());
    }
    ask.replyTo().tell(dependencies.found(ended.response(), ask.replyTo()));
  }

  /** Its process is gone: whoever is asked first ends it, then looks again. */
  private void abandon(Ask ask, int epoch) {
    dependencies
        .archive()
        .abandon(ask.id().toString(), epoch, incarnation)
        .whenComplete((ours, failure) -> context.getSelf().tell(ask));
  }

  private void delete(Ask ask, RunArchive.Found found) {
    Response response =
        switch (found) {
          case RunArchive.Found.Whole whole -> whole.ended().response();
          case RunArchive.Found.Unfinished open -> open.begun();
        };
    String entity = ask.caller().entityId() + "/" + ask.id().conversation();
    dependencies
        .conversations()
        .tell(
            new ShardingEnvelope<>(
                entity,
                new Conversation.RemoveTurn(ask.id().toString(), context.getSystem().ignoreRef())));
    context.pipeToSelf(
        dependencies.archive().delete(ask.caller(), ask.id().toString()),
        (deleted, failure) ->
            failure == null
                ? new Deleted(ask, response)
                : new LookUpFailed(ask, WeirError.of(failure)));
  }
}
