package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Produces one response, on the node that accepted it.
 *
 * <pre>
 * Gathering  → Generating  when the conversation has given its context; at once without one
 * Generating → Keeping     when the step has ended; what is not stored lingers at once
 * Keeping    → Lingering   when the conversation has the turn, then the row the end; then the last
 *                          event is shown
 * Lingering  → stopped     when the host needs it no more and the last reader has gone
 * </pre>
 *
 * <p>Readers come and go in all of them, see {@link Audience}. Cancel before the end ends the
 * response as {@code cancelled}; later it only answers. The log is the only buffer.
 */
public final class Run {

  public sealed interface Command extends WireMessage {}

  /** Stops the run; answers with the response once it has ended. */
  public record Cancel(ActorRef<RunHost.Answer> replyTo) implements Command {}

  /** Of who reads and who asks: the same in every phase, see {@link Audience}. */
  sealed interface Reading extends Command {}

  /**
   * Sends the events from number {@code from} on to {@code events}.
   *
   * @param from {@link Long#MAX_VALUE} for the last event only
   */
  public record Attach(long from, Ticket events) implements Reading {}

  /** Asks for the response as it is. */
  public record Describe(ActorRef<RunHost.Answer> replyTo) implements Reading {}

  /** Asks for what was put in; answered by {@link RunHost.Inputs}. */
  public record ListInput(Slice.Wanted wanted, ActorRef<RunHost.Answer> replyTo)
      implements Reading {}

  record ReaderReady(long reader) implements Reading {}

  record ReaderGone(long reader) implements Reading {}

  enum LookForStalled implements Reading {
    NOW
  }

  enum Orphaned implements Command {
    NOW
  }

  private sealed interface Gathered extends Command {}

  private record ContextKnown(List<Item> before) implements Gathered {}

  private record NoContext(WeirError error) implements Gathered {}

  private record Stepped(StepEvent event) implements Command {}

  /** The row of a run that has been admitted could not be begun. */
  private record NoRow(WeirError error) implements Command {}

  private sealed interface Storing extends Command {}

  /** Whether the row was still this host's to end. */
  record Kept(Response ended, boolean ours) implements Storing {}

  private record NotKept(WeirError error) implements Storing {}

  private enum KeepAgain implements Storing {
    NOW
  }

  private enum Lingered implements Command {
    NOW
  }

  /** The host will not send any more readers; the answer to {@link RunHost.Forgettable}. */
  enum Forget implements Command {
    NOW
  }

  /** Hears, once, that the run has a budget and a place, or why not. */
  public sealed interface Admission extends WireMessage {}

  /** The run is on its way. */
  public record Admitted(RateLimits limits) implements Admission {}

  /** It ended before it began. */
  public record Refused(WeirError error, RateLimits limits) implements Admission {}

  private static final int EPOCH = 0;
  private static final int KEEP_TRIES = 4;
  private static final Duration KEEP_AGAIN = Duration.ofSeconds(2);

  /** A larger one does not stay in memory once it is stored and read. */
  private static final long LINGERS_UP_TO = 256 * 1024;

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final RunStart start;
  private final RunDependencies dependencies;
  private final ResponseLog log = new ResponseLog(EPOCH);
  private final Audience audience;
  private final Work work;
  private final Turn turn;
  private final Safekeeping safekeeping;
  private RateLimits limits = new RateLimits(List.of());
  private boolean admitted;
  private boolean cancelled;
  private boolean forgotten;
  private @Nullable WeirError noRow;

  /** The conversation is held as long as it lives. */
  private @Nullable ActorRef<Void> holder;

  private Response response;

  static Behavior<Command> create(RunStart start, RunDependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new Run(context, timers, start, dependencies).begin()));
  }

  private Run(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      RunStart start,
      RunDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.start = start;
    this.dependencies = dependencies;
    this.response = start.response().withoutInput();
    this.audience = new Audience(context, timers, start, dependencies, log);
    this.work = new Work(context, start, dependencies, log, audience);
    this.turn =
        new Turn(
            dependencies.conversations(), dependencies.packer(), start.response(), start.trace());
    this.safekeeping = new Safekeeping(start, dependencies.archive(), turn);
  }

  private Behavior<Command> begin() {
    log.append(new ResponseEvent.Created(response));
    log.append(new ResponseEvent.InProgress(response));
    audience.await();
    return turn.hasContext() ? gather() : generate(List.of());
  }

  private Behavior<Command> gather() {
    holder = context.spawn(Behaviors.empty(), "holder");
    context.pipeToSelf(
        turn.context(holder),
        (before, failure) ->
            failure == null ? new ContextKnown(before) : new NoContext(WeirError.of(failure)));
    return gathering();
  }

  private Behavior<Command> gathering() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case ContextKnown(List<Item> before) -> generate(before);
              case NoContext(WeirError error) -> fail(error);
              case Cancel(var replyTo) -> cancel(replyTo);
              case Orphaned now -> cancel();
              case Reading reading -> onReading(reading);
              case Stepped early -> Behaviors.unhandled();
              case NoRow early -> Behaviors.unhandled();
              case Storing early -> Behaviors.unhandled();
              case Lingered early -> Behaviors.unhandled();
              case Forget early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> generate(List<Item> before) {
    try {
      work.begin(before, context.messageAdapter(StepEvent.class, Stepped::new));
    } catch (WeirException refused) {
      return fail(refused.error());
    }
    return generating();
  }

  private Behavior<Command> generating() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Stepped(StepEvent event) -> onStep(event);
              case Cancel(var replyTo) -> cancel(replyTo);
              case Orphaned now -> cancel();
              case Reading reading -> onReading(reading);
              case NoRow(WeirError error) -> onNoRow(error);
              case Gathered late -> Behaviors.unhandled();
              case Storing early -> Behaviors.unhandled();
              case Lingered early -> Behaviors.unhandled();
              case Forget early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> cancel(ActorRef<RunHost.Answer> replyTo) {
    audience.describeEnd(replyTo);
    return cancel();
  }

  private Behavior<Command> cancel() {
    cancelled = true;
    return work.stop()
        ? Behaviors.same()
        : end(StepEvent.Outcome.nothing(new StepEvent.Cancelled()));
  }

  private Behavior<Command> fail(WeirError error) {
    return end(StepEvent.Outcome.nothing(new StepEvent.Failed(error)));
  }

  private Behavior<Command> onStep(StepEvent event) {
    return switch (event) {
      case StepEvent.Accepted(String step, RateLimits known) -> {
        limits = known;
        accept();
        yield Behaviors.same();
      }
      case StepEvent.Progress progress -> {
        work.take(progress);
        yield Behaviors.same();
      }
      case StepEvent.Ended(String step, StepEvent.Outcome outcome) -> end(outcome);
    };
  }

  /** The row is written beside the first tokens; whoever is told of the response finds it. */
  private void accept() {
    admitted = true;
    ActorRef<Admission> replyTo = start.replyTo();
    ActorRef<Command> self = context.getSelf();
    Admitted reply = new Admitted(limits);
    safekeeping
        .begin()
        .whenComplete(
            (begun, failure) -> {
              if (failure == null) {
                replyTo.tell(reply);
              } else {
                WeirError error = WeirError.of(failure);
                replyTo.tell(new Refused(error, reply.limits()));
                self.tell(new NoRow(error));
              }
            });
  }

  private Behavior<Command> onNoRow(WeirError error) {
    noRow = error;
    return cancel();
  }

  private Behavior<Command> end(StepEvent.Outcome outcome) {
    Response ended = work.end(outcome, cancelled);
    if (noRow != null) {
      turn.release();
      return close(ended.failed(noRow));
    }
    if (!admitted && ended.error() != null) {
      turn.release();
      start.replyTo().tell(new Refused(ended.error(), outcome.limits()));
      return close(ended);
    }
    if (!admitted) {
      accept();
    }
    if (!response.request().store()) {
      turn.release();
      return close(ended);
    }
    return keep(ended, 1);
  }

  private Behavior<Command> keep(Response ended, int tries) {
    context.pipeToSelf(
        safekeeping.end(ended, log, EPOCH),
        (kept, failure) -> failure == null ? kept : new NotKept(WeirError.of(failure)));
    return keeping(ended, tries);
  }

  /** Nothing of the end is shown before it is safe. */
  private Behavior<Command> keeping(Response ended, int tries) {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Kept(Response kept, boolean ours) -> ours ? close(kept) : disown(taken());
              case NotKept(WeirError error) -> onNotKept(error, tries);
              case KeepAgain now -> keep(ended, tries + 1);
              case Cancel(var replyTo) -> describeEnd(replyTo);
              case Reading reading -> onReading(reading);
              case NoRow tried -> Behaviors.same();
              case Gathered late -> Behaviors.same();
              case Orphaned late -> Behaviors.same();
              case Stepped late -> Behaviors.same();
              case Lingered early -> Behaviors.unhandled();
              case Forget early -> Behaviors.unhandled();
            });
  }

  /** What is shown must be what is stored: rather no end than one that the store contradicts. */
  private Behavior<Command> onNotKept(WeirError error, int tries) {
    if (tries >= KEEP_TRIES) {
      return disown(error);
    }
    timers.startSingleTimer(KeepAgain.NOW, KEEP_AGAIN);
    return Behaviors.same();
  }

  private Behavior<Command> close(Response ended) {
    response = ended;
    if (holder != null) {
      context.stop(holder);
    }
    start.telemetry().ended(ended);
    log.append(new ResponseEvent.Ended(ended));
    audience.end(ended);
    if (lingers()) {
      timers.startSingleTimer(Lingered.NOW, dependencies.settings().linger());
    } else {
      askToBeForgotten();
    }
    return lingering();
  }

  private boolean lingers() {
    return response.request().store()
        && log.bytes() + InferenceCodecs.size(start.response().request().input()) <= LINGERS_UP_TO;
  }

  private void askToBeForgotten() {
    start.keeper().tell(new RunHost.Forgettable(response.id()));
  }

  /** Its end is not for this process to tell: readers and cancellers are sent away without one. */
  private Behavior<Command> disown(WeirError error) {
    start.telemetry().gone();
    audience.dismiss(error);
    return Behaviors.stopped();
  }

  private Behavior<Command> lingering() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Cancel(var replyTo) -> describeEnd(replyTo);
              case Reading reading -> onReading(reading);
              case Lingered now -> {
                askToBeForgotten();
                yield Behaviors.same();
              }
              case Forget now -> {
                forgotten = true;
                yield unlessForgotten();
              }
              case NoRow late -> Behaviors.same();
              case Gathered late -> Behaviors.same();
              case Orphaned late -> Behaviors.same();
              case Stepped late -> Behaviors.same();
              case Storing late -> Behaviors.same();
            });
  }

  private Behavior<Command> describeEnd(ActorRef<RunHost.Answer> replyTo) {
    audience.describeEnd(replyTo);
    return Behaviors.same();
  }

  private Behavior<Command> onReading(Reading message) {
    audience.on(message);
    return unlessForgotten();
  }

  private Behavior<Command> unlessForgotten() {
    return forgotten && audience.isEmpty() ? Behaviors.stopped() : Behaviors.same();
  }

  private static WeirError taken() {
    return new WeirError.Unavailable(
        "run_taken_over", "Another node goes on with this response; resume it.", Duration.ZERO);
  }
}
