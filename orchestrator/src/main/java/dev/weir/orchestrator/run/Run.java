package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.plan.GenerateStep;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.plan.PlanRunner;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.Response.Status;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.Transcript;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Settlements;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * Produces one response, on the node that accepted it.
 *
 * <pre>
 * Gathering  → Generating  when the conversation has given its context; at once without one
 * Generating → Appending   when the step has ended; what is not stored lingers at once
 * Appending  → Storing     when the conversation has the turn
 * Storing    → Lingering   when the row has the end; then the last event is shown
 * Lingering  → stopped     after a while
 * </pre>
 *
 * <p>Readers come and go in all of them. Cancel before the end ends the response as {@code
 * cancelled}; later it only answers.
 *
 * <p>The log is the only buffer. The fastest reader governs demand: when even it is more than
 * {@code max-lag} behind, the model's credit is withheld until it catches up.
 */
public final class Run {

  public sealed interface Command extends WireMessage {}

  /**
   * Sends the events from number {@code from} on to {@code events}.
   *
   * @param from {@link Long#MAX_VALUE} for the last event only
   */
  public record Attach(long from, Ticket events) implements Reading {}

  /** Stops the run; answers with the response once it has ended. */
  public record Cancel(ActorRef<RunHost.Answer> replyTo) implements Command {}

  /** Asks for the response as it is. */
  public record Describe(ActorRef<RunHost.Answer> replyTo) implements Reading {}

  /** Asks for what was put in; answered by {@link RunHost.Inputs}. */
  public record ListInput(Slice.Wanted wanted, ActorRef<RunHost.Answer> replyTo)
      implements Reading {}

  /** What is the same in every phase. */
  private sealed interface Reading extends Command {}

  private record ReaderReady(long reader) implements Reading {}

  private record ReaderGone(long reader) implements Reading {}

  private enum CheckReaders implements Reading {
    NOW
  }

  private record Stepped(StepEvent event) implements Command {}

  /** What the conversation leads to. */
  private sealed interface Conversing extends Command {}

  private record Conversed(Conversation.Reply reply) implements Conversing {}

  private record Unpacked(List<Item> items) implements Conversing {}

  private record NotUnpacked(WeirError error) implements Conversing {}

  private record Again(int tries) implements Conversing {}

  /** What the store leads to. */
  private sealed interface Storing extends Command {}

  private record Stored(boolean ours) implements Storing {}

  private record NotStored(WeirError error) implements Storing {}

  private enum Orphaned implements Command {
    NOW
  }

  private enum Forget implements Command {
    NOW
  }

  /** Hears, once, that the run has a budget and a place, or why not. */
  public sealed interface Admission extends WireMessage {}

  /** The run is on its way. */
  public record Admitted(Response response, RateLimits limits) implements Admission {}

  /** It ended before it began. */
  public record Refused(WeirError error, RateLimits limits) implements Admission {}

  /**
   * A run's birth.
   *
   * @param response with its input; nobody else is given that
   * @param host the incarnation it belongs to
   * @param keeper hears when it has ended and nobody reads it
   */
  public record Start(
      Response response,
      RunTelemetry telemetry,
      long host,
      ActorRef<Admission> replyTo,
      ActorRef<? super RunHost.Released> keeper) {

    TraceContext trace() {
      return telemetry.context();
    }
  }

  /** What runs share on a node. */
  public record Dependencies(
      RunSettings settings,
      GenerateStep.Dependencies steps,
      ReaderStreams streams,
      ActorRef<ShardingEnvelope<Conversation.Command>> conversations,
      Packer packer,
      RunArchive archive,
      Parcels parcels,
      OrchestratorCodecs codecs,
      Pipelines pipelines) {

    /** The answer that a response was found, small enough for a message. */
    RunHost.Found found(Response response, ActorRef<RunHost.Answer> replyTo) {
      return new RunHost.Found(parcels.wrapFor(replyTo, response, codecs.responses()));
    }

    /** The answer to whoever lists what was put in. */
    RunHost.Answer inputs(List<Item> input, Slice.Wanted wanted) {
      return Slice.of(input, wanted)
          .<RunHost.Answer>map(
              slice -> new RunHost.Inputs(packer.pack(slice.items()), slice.more()))
          .orElseGet(() -> new RunHost.Denied(Slice.noSuchItem()));
    }
  }

  private static final int EPOCH = 0;
  private static final String STEP = "generate";
  private static final String PLAN = "plan";
  private static final Duration READER_CHECK = Duration.ofSeconds(5);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(3);
  private static final int MOST_TRIES = 5;

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Start start;
  private final Dependencies dependencies;
  private final ActorRef<Conversation.Reply> conversed;
  private final ResponseLog log = new ResponseLog(EPOCH);
  private final Readers readers = new Readers(log);
  private final Transcript transcript;
  private final Turn turn;
  private final List<ActorRef<RunHost.Answer>> cancelling = new ArrayList<>();
  private final Map<String, Duration> latency = new HashMap<>();
  private CompletionStage<Boolean> accepted = CompletableFuture.completedFuture(true);
  private RateLimits limits = new RateLimits(List.of());
  private long nextReader;
  private int items;
  private boolean admitted;
  private boolean cancelled;
  private final Map<String, Integer> stepAt = new HashMap<>();
  private @Nullable Runnable stopStep;
  private @Nullable ActorRef<Credit> withheld;
  private Response response;

  public static Behavior<Command> create(Start start, Dependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new Run(context, timers, start, dependencies).begin()));
  }

  private Run(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Start start,
      Dependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.start = start;
    this.dependencies = dependencies;
    this.response = start.response().withoutInput();
    this.conversed = context.messageAdapter(Conversation.Reply.class, Conversed::new);
    this.transcript = new Transcript(this::itemId, log::append);
    this.turn =
        new Turn(
            dependencies.conversations(), dependencies.packer(), start.response(), start.trace());
  }

  private String itemId() {
    return response.id().unique() + "_" + items++;
  }

  private Behavior<Command> begin() {
    log.append(new ResponseEvent.Created(response));
    log.append(new ResponseEvent.InProgress(response));
    timers.startTimerWithFixedDelay(CheckReaders.NOW, READER_CHECK);
    awaitReader();
    return turn.hasContext() ? askContext(1) : generate(List.of());
  }

  private Behavior<Command> askContext(int tries) {
    turn.askContext(context.getSelf(), conversed);
    timers.startSingleTimer(Again.class, new Again(tries + 1), ASK_AGAIN);
    return gathering();
  }

  private Behavior<Command> gathering() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Conversing conversing -> onContext(conversing);
              case Cancel(var replyTo) -> {
                cancelling.add(replyTo);
                yield cancel();
              }
              case Orphaned now -> cancel();
              case Reading reading -> onReading(reading, false);
              case Stepped early -> Behaviors.unhandled();
              case Storing early -> Behaviors.unhandled();
              case Forget early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> onContext(Conversing message) {
    return switch (message) {
      case Conversed(Conversation.Items(var packed)) -> {
        timers.cancel(Again.class);
        context.pipeToSelf(
            dependencies.packer().unpack(packed),
            (unpacked, failure) ->
                failure == null ? new Unpacked(unpacked) : new NotUnpacked(WeirError.of(failure)));
        yield Behaviors.same();
      }
      case Conversed(Conversation.Refused(WeirError error)) -> fail(error);
      case Conversed other -> Behaviors.unhandled();
      case Unpacked(List<Item> before) -> generate(before);
      case NotUnpacked(WeirError error) -> fail(error);
      case Again(int tries) -> tries > MOST_TRIES ? fail(silent()) : askContext(tries);
    };
  }

  private Behavior<Command> generate(List<Item> before) {
    turn.answered();
    GenerateStep.Spec spec = spec(before);
    try {
      stopStep =
          dependencies
              .pipelines()
              .plan(start.response().request(), spec.call().items())
              .map(plan -> startPlan(plan, spec))
              .orElseGet(() -> startStep(spec));
    } catch (WeirException refused) {
      return fail(refused.error());
    }
    return generating();
  }

  /** Starts the one model call of a plain request; returns what stops it. */
  private Runnable startStep(GenerateStep.Spec spec) {
    ActorRef<GenerateStep.Command> step =
        context.spawn(GenerateStep.create(spec, dependencies.steps(), stepEvents()), STEP);
    return () -> step.tell(GenerateStep.Cancel.NOW);
  }

  private Runnable startPlan(Plan plan, GenerateStep.Spec spec) {
    ActorRef<PlanRunner.Command> runner =
        context.spawn(PlanRunner.create(plan, spec, dependencies.steps(), stepEvents()), PLAN);
    return () -> runner.tell(PlanRunner.Cancel.NOW);
  }

  private ActorRef<StepEvent> stepEvents() {
    return context.messageAdapter(StepEvent.class, Stepped::new);
  }

  private GenerateStep.Spec spec(List<Item> before) {
    var request = start.response().request();
    List<Item> whole = new ArrayList<>(before);
    whole.addAll(request.input());
    ModelCall call =
        new ModelCall(
            request.instructions() == null ? "" : request.instructions(),
            whole,
            request.tools(),
            request.toolChoice(),
            request.parallelToolCalls(),
            request.format(),
            1,
            request.sampling(),
            request.reasoning().effort(),
            request.metadata(),
            response.caller().entityId());
    return new GenerateStep.Spec(
        STEP,
        response.id().toString(),
        response.caller(),
        request.model(),
        call,
        request.maxOutputTokens(),
        response.id().conversation(),
        start.trace());
  }

  private Behavior<Command> generating() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Stepped(StepEvent event) -> onStep(event);
              case Cancel(var replyTo) -> {
                cancelling.add(replyTo);
                yield cancel();
              }
              case Orphaned now -> cancel();
              case Reading reading -> onReading(reading, false);
              case Conversing late -> Behaviors.same();
              case Storing early -> Behaviors.unhandled();
              case Forget early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> cancel() {
    cancelled = true;
    if (stopStep == null) {
      return end(nothing(new StepEvent.Cancelled()));
    }
    stopStep.run();
    return Behaviors.same();
  }

  private Behavior<Command> fail(WeirError error) {
    return end(nothing(new StepEvent.Failed(error)));
  }

  private static StepEvent.Outcome nothing(StepEvent.Result result) {
    return new StepEvent.Outcome(result, dev.weir.inference.item.Usage.ZERO, 0, 0, "", null, null);
  }

  private Behavior<Command> onStep(StepEvent event) {
    return switch (event) {
      case StepEvent.Accepted(String id, RateLimits known) -> {
        limits = known;
        accept();
        yield Behaviors.same();
      }
      case StepEvent.Produced(String id, List<Delta> deltas, ActorRef<Credit> credit) -> {
        deltas.forEach(transcript::add);
        withheld = credit;
        readers.feed(false, now());
        grant();
        yield Behaviors.same();
      }
      case StepEvent.Opened(OutputItem.Step item) -> {
        stepAt.put(item.id(), transcript.open(item));
        yield show();
      }
      case StepEvent.Closed(OutputItem.Step item) -> {
        transcript.finish(item.status());
        transcript.close(stepAt.get(item.id()), item);
        yield show();
      }
      case StepEvent.Ended(String id, StepEvent.Outcome outcome) -> end(outcome);
    };
  }

  private Behavior<Command> show() {
    readers.feed(false, now());
    return Behaviors.same();
  }

  /**
   * The row is written beside the first tokens, not before them; only a background run, which
   * nobody reads, answers when it is safe.
   */
  private void accept() {
    if (response.request().store()) {
      accepted =
          Stage.STORE.during(
              start.trace(), () -> dependencies.archive().accept(start.response(), start.host()));
    }
    if (response.request().background()) {
      ActorRef<Admission> replyTo = start.replyTo();
      Admitted reply = new Admitted(response, limits);
      accepted.whenComplete((done, failure) -> replyTo.tell(reply));
      admitted = true;
    } else {
      admit();
    }
  }

  private void admit() {
    if (!admitted) {
      admitted = true;
      start.replyTo().tell(new Admitted(response, limits));
    }
  }

  /** Hands the step its credit unless the readers are too far behind. */
  private void grant() {
    RunSettings settings = dependencies.settings();
    if (withheld == null) {
      return;
    }
    if (log.bytes() > settings.maxLog()) {
      withheld = null;
      if (stopStep != null) {
        stopStep.run();
      }
    } else if (response.request().background() || readers.lag() <= settings.maxLag()) {
      withheld.tell(Credit.MORE);
      withheld = null;
    }
  }

  private Behavior<Command> end(StepEvent.Outcome outcome) {
    withheld = null;
    turn.answered();
    timers.cancel(Again.class);
    timers.cancel(Orphaned.NOW);
    dependencies
        .steps()
        .settlements()
        .tell(new Settlements.EndRun(response.caller().entityId(), response.id().toString()));
    Ending ending = Ending.of(outcome.result(), cancelled);
    transcript.finish(
        ending.status() == Status.COMPLETED ? ItemStatus.COMPLETED : ItemStatus.INCOMPLETE);
    Response ended = finalResponse(outcome, ending);
    if (!admitted && ending.error() != null) {
      admitted = true;
      turn.release(conversed);
      start.replyTo().tell(new Refused(ending.error(), outcome.limits()));
      return close(ended);
    }
    admit();
    boolean keep = response.request().store();
    if (ending.status() == Status.FAILED || !keep) {
      turn.release(conversed);
      return keep ? store(ended) : close(ended);
    }
    return append(ended, 1);
  }

  private Behavior<Command> append(Response ended, int tries) {
    turn.append(ended, conversed);
    timers.startSingleTimer(Again.class, new Again(tries + 1), ASK_AGAIN);
    return ending(
        ended,
        message ->
            switch (message) {
              case Conversed(Conversation.Done done) -> store(ended);
              case Conversed(Conversation.Refused(WeirError error)) -> store(ended.failed(error));
              case Conversed other -> Behaviors.unhandled();
              case Again(int next) ->
                  next > MOST_TRIES ? store(ended.failed(silent())) : append(ended, next);
              case Unpacked late -> Behaviors.same();
              case NotUnpacked late -> Behaviors.same();
            });
  }

  private Behavior<Command> store(Response ended) {
    turn.answered();
    timers.cancel(Again.class);
    context.pipeToSelf(
        accepted.thenCompose(
            ours ->
                Stage.STORE.during(
                    start.trace(), () -> dependencies.archive().finish(ended, log, EPOCH))),
        (ours, failure) ->
            failure == null ? new Stored(ours) : new NotStored(WeirError.of(failure)));
    return ending(ended, late -> Behaviors.same());
  }

  /** Nothing of the end is shown before it is safe. */
  private Behavior<Command> ending(
      Response ended, Function<Conversing, Behavior<Command>> onConversing) {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Conversing conversing -> onConversing.apply(conversing);
              case Stored(boolean ours) -> ours ? close(ended) : disown();
              case NotStored(WeirError error) -> close(ended.failed(error));
              case Cancel(var replyTo) -> {
                cancelling.add(replyTo);
                yield Behaviors.same();
              }
              case Reading reading -> onReading(reading, false);
              case Orphaned late -> Behaviors.same();
              case Stepped late -> Behaviors.same();
              case Forget early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> close(Response ended) {
    response = ended;
    start.telemetry().ended(ended);
    log.append(new ResponseEvent.Ended(ended));
    timers.startSingleTimer(Forget.NOW, dependencies.settings().linger());
    readers.feed(true, now());
    cancelling.forEach(replyTo -> replyTo.tell(dependencies.found(response, replyTo)));
    releaseUnread();
    return lingering();
  }

  private void releaseUnread() {
    if (readers.isEmpty()) {
      start.keeper().tell(new RunHost.Released(response.id()));
    }
  }

  /** Another host has claimed the run: its readers go there, without an end from here. */
  private Behavior<Command> disown() {
    start.telemetry().gone();
    readers.closeAll(taken());
    return Behaviors.stopped();
  }

  private Behavior<Command> lingering() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Cancel(var replyTo) -> {
                replyTo.tell(dependencies.found(response, replyTo));
                yield Behaviors.same();
              }
              case Reading reading -> onReading(reading, true);
              case Forget now -> Behaviors.stopped();
              case Orphaned late -> Behaviors.same();
              case Stepped late -> Behaviors.same();
              case Conversing late -> Behaviors.same();
              case Storing late -> Behaviors.same();
            });
  }

  private Behavior<Command> onReading(Reading message, boolean ended) {
    switch (message) {
      case Attach(long from, Ticket events) -> attach(from, events, ended);
      case Describe(var replyTo) -> replyTo.tell(dependencies.found(response, replyTo));
      case ListInput(Slice.Wanted wanted, var replyTo) ->
          replyTo.tell(dependencies.inputs(start.response().request().input(), wanted));
      case ReaderReady(long reader) -> {
        readers.ready(reader, now());
        readers.feed(ended, now());
        grant();
      }
      case ReaderGone(long reader) -> {
        readers.remove(reader);
        start.telemetry().readerLeft();
        if (ended) {
          releaseUnread();
        } else {
          awaitReader();
        }
      }
      case CheckReaders now -> readers.closeStalled(now(), dependencies.settings().readerStall());
    }
    return Behaviors.same();
  }

  private void attach(long from, Ticket events, boolean ended) {
    long id = nextReader++;
    ActorRef<Readers.Feed> feed =
        dependencies.streams().open(events, context.getSelf(), new ReaderReady(id));
    context.watchWith(feed, new ReaderGone(id));
    timers.cancel(Orphaned.NOW);
    readers.add(id, feed, from, now());
    start.telemetry().readerCame();
    readers.feed(ended, now());
    grant();
  }

  private void awaitReader() {
    if (readers.isEmpty() && !response.request().background()) {
      timers.startSingleTimer(Orphaned.NOW, dependencies.settings().orphanGrace());
    }
  }

  private Response finalResponse(StepEvent.Outcome outcome, Ending ending) {
    if (outcome.queued() != null) {
      latency.put("first_token", outcome.queued());
    }
    if (outcome.streamed() != null) {
      latency.put("stream", outcome.streamed());
    }
    return new Response(
        response.id(),
        response.caller(),
        response.request(),
        ending.status(),
        response.createdAt(),
        now(),
        transcript.output(),
        outcome.usage(),
        ending.error(),
        ending.reason(),
        response.conversationId(),
        new Response.Summary(latency, outcome.cost(), outcome.attempts(), outcome.deployment()));
  }

  private Instant now() {
    return dependencies.steps().clock().instant();
  }

  private static WeirError silent() {
    return new WeirError.Unavailable(
        "conversation_unavailable",
        "The conversation did not answer in time; try again shortly.",
        Duration.ofSeconds(2));
  }

  private static WeirError taken() {
    return new WeirError.Unavailable(
        "run_taken_over", "Another node goes on with this response; resume it.", Duration.ZERO);
  }
}
