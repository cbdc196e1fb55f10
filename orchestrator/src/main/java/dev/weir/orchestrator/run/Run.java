package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.orchestrator.plan.GenerateStep;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.Response.Status;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.Transcript;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Produces one response, on the node that accepted it.
 *
 * <p>Generating → Lingering when the step has ended; Lingering → stopped after a while. Readers
 * come and go in both. Cancel while generating ends it as {@code cancelled}; later it only answers.
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

  /** What is the same before and after the end. */
  private sealed interface Reading extends Command {}

  private record ReaderReady(long reader) implements Reading {}

  private record ReaderGone(long reader) implements Reading {}

  private enum CheckReaders implements Reading {
    NOW
  }

  private record Stepped(StepEvent event) implements Command {}

  private enum Orphaned implements Command {
    NOW
  }

  private enum Forget implements Command {
    NOW
  }

  /** Hears, once, that the run has a budget and a place, or why not. */
  public sealed interface Admission extends WireMessage {}

  /** The run is on its way. */
  public record Admitted(Response response) implements Admission {}

  /** It ended before it began. */
  public record Refused(WeirError error) implements Admission {}

  /** A run's birth. */
  public record Start(Response response, TraceContext trace, ActorRef<Admission> replyTo) {}

  /** What runs share on a node. */
  public record Dependencies(
      RunSettings settings, GenerateStep.Dependencies steps, ReaderStreams streams) {}

  private static final String STEP = "generate";
  private static final Duration READER_CHECK = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Start start;
  private final Dependencies dependencies;
  private final ResponseLog log = new ResponseLog(0);
  private final Readers readers = new Readers(log);
  private final Transcript transcript;
  private final ActorRef<GenerateStep.Command> step;
  private final List<ActorRef<RunHost.Answer>> cancelling = new ArrayList<>();
  private final Map<String, Duration> latency = new HashMap<>();
  private long nextReader;
  private int items;
  private boolean admitted;
  private boolean cancelled;
  private @Nullable ActorRef<Credit> withheld;
  private Response response;

  public static Behavior<Command> create(Start start, Dependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Run(context, timers, start, dependencies).generating()));
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
    this.response = start.response();
    this.transcript = new Transcript(this::itemId, log::append);
    log.append(new ResponseEvent.Created(response));
    log.append(new ResponseEvent.InProgress(response));
    timers.startTimerWithFixedDelay(CheckReaders.NOW, READER_CHECK);
    awaitReader();
    this.step =
        context.spawn(
            GenerateStep.create(
                spec(),
                dependencies.steps(),
                context.messageAdapter(StepEvent.class, Stepped::new)),
            STEP);
  }

  private String itemId() {
    return response.id().unique() + "_" + items++;
  }

  private GenerateStep.Spec spec() {
    var request = response.request();
    ModelCall call =
        new ModelCall(
            request.instructions() == null ? "" : request.instructions(),
            request.input(),
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
              case Forget late -> Behaviors.unhandled();
              case Reading reading -> onReading(reading, false);
            });
  }

  private Behavior<Command> lingering() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Stepped late -> Behaviors.unhandled();
              case Cancel(var replyTo) -> {
                replyTo.tell(new RunHost.Found(response));
                yield Behaviors.same();
              }
              case Orphaned late -> Behaviors.same();
              case Forget now -> Behaviors.stopped();
              case Reading reading -> onReading(reading, true);
            });
  }

  private Behavior<Command> cancel() {
    cancelled = true;
    step.tell(GenerateStep.Cancel.NOW);
    return Behaviors.same();
  }

  private Behavior<Command> onReading(Reading message, boolean ended) {
    switch (message) {
      case Attach(long from, Ticket events) -> attach(from, events, ended);
      case Describe(var replyTo) -> replyTo.tell(new RunHost.Found(response));
      case ReaderReady(long reader) -> {
        readers.ready(reader, now());
        readers.feed(ended, now());
        grant();
      }
      case ReaderGone(long reader) -> {
        readers.remove(reader);
        awaitReader();
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
    readers.feed(ended, now());
    grant();
  }

  private void awaitReader() {
    if (readers.isEmpty() && !response.request().background()) {
      timers.startSingleTimer(Orphaned.NOW, dependencies.settings().orphanGrace());
    }
  }

  private Behavior<Command> onStep(StepEvent event) {
    return switch (event) {
      case StepEvent.Accepted accepted -> {
        admit();
        yield Behaviors.same();
      }
      case StepEvent.Produced(String id, List<Delta> deltas, ActorRef<Credit> credit) -> {
        deltas.forEach(transcript::add);
        withheld = credit;
        readers.feed(false, now());
        grant();
        yield Behaviors.same();
      }
      case StepEvent.Ended(String id, StepEvent.Outcome outcome) -> end(outcome);
    };
  }

  private void admit() {
    if (!admitted) {
      admitted = true;
      start.replyTo().tell(new Admitted(response));
    }
  }

  /** Hands the step its credit unless the readers are too far behind. */
  private void grant() {
    RunSettings settings = dependencies.settings();
    if (withheld == null) {
      return;
    }
    if (log.bytes() > settings.maxLog()) {
      step.tell(GenerateStep.Cancel.NOW);
      return;
    }
    if (response.request().background() || readers.lag() <= settings.maxLag()) {
      withheld.tell(Credit.MORE);
      withheld = null;
    }
  }

  private Behavior<Command> end(StepEvent.Outcome outcome) {
    Ending ending = Ending.of(outcome.result(), cancelled);
    if (!admitted && ending.error() != null) {
      start.replyTo().tell(new Refused(ending.error()));
    } else {
      admit();
    }
    transcript.finish(
        ending.status() == Status.COMPLETED ? ItemStatus.COMPLETED : ItemStatus.INCOMPLETE);
    response = finalResponse(outcome, ending);
    log.append(new ResponseEvent.Ended(response));
    withheld = null;
    timers.cancel(Orphaned.NOW);
    timers.startSingleTimer(Forget.NOW, dependencies.settings().linger());
    readers.feed(true, now());
    cancelling.forEach(replyTo -> replyTo.tell(new RunHost.Found(response)));
    return lingering();
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
}
