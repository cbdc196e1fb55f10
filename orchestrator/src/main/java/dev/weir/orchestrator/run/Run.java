package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.user.RateLimits;
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

  /** Asks for the response as it is once the run is admitted; else for why it is not. */
  record Join(ActorRef<RunHost.Answer> replyTo) implements Command {}

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

  private sealed interface Working extends Command {}

  private record Stepped(StepEvent event) implements Working {}

  /** The row of a run that has been admitted could not be begun. */
  private record NoRow(WeirError error) implements Working {}

  private sealed interface Storing extends Command {}

  private record Kept(Response ended) implements Storing {}

  private record NotKept(WeirError error) implements Storing {}

  /** Of the time after the end, see {@link Farewell}. */
  sealed interface Parting extends Command {}

  enum Lingered implements Parting {
    NOW
  }

  /** The host will not send any more readers; the answer to {@link RunHost.Forgettable}. */
  enum Forget implements Parting {
    NOW
  }

  /** Hears, once, that the run has a budget and a place, or why not. */
  public sealed interface Admission extends WireMessage {}

  /** The run is on its way. */
  public record Admitted(RateLimits limits) implements Admission {}

  /** It ended before it began. */
  public record Refused(WeirError error, RateLimits limits) implements Admission {}

  /** It never was: the client's key stands for another response, which is this one's too. */
  public record Earlier(ResponseId first) implements Admission {}

  private static final int EPOCH = 0;

  private final ActorContext<Command> context;
  private final RunStart start;
  private final RunDependencies dependencies;
  private final ResponseLog log = new ResponseLog(EPOCH);
  private final Audience audience;
  private final Work work;
  private final Turn turn;
  private final Safekeeping safekeeping;
  private final Farewell farewell;
  private boolean admitted;
  private boolean cancelled;
  private @Nullable WeirError noRow;

  /** The conversation is held as long as it lives. */
  private @Nullable ActorRef<Void> holder;

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
    this.start = start;
    this.dependencies = dependencies;
    this.audience = new Audience(context, timers, start, dependencies, log);
    this.work = new Work(context, start, dependencies, log, audience);
    this.turn =
        new Turn(
            dependencies.conversations(), dependencies.packer(), start.response(), start.trace());
    this.safekeeping = new Safekeeping(context.getSystem(), start, dependencies.archive(), turn);
    this.farewell = new Farewell(timers, start, dependencies.settings(), log, audience);
  }

  private Behavior<Command> begin() {
    Response begun = start.response().withoutInput();
    log.append(new ResponseEvent.Created(begun));
    log.append(new ResponseEvent.InProgress(begun));
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
              case Join(var replyTo) -> onJoin(replyTo);
              case Working early -> Behaviors.unhandled();
              case Storing early -> Behaviors.unhandled();
              case Parting early -> Behaviors.unhandled();
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
              case NoRow(WeirError error) -> onNoRow(error);
              case Cancel(var replyTo) -> cancel(replyTo);
              case Orphaned now -> cancel();
              case Reading reading -> onReading(reading);
              case Join(var replyTo) -> onJoin(replyTo);
              case Gathered late -> Behaviors.unhandled();
              case Storing early -> Behaviors.unhandled();
              case Parting early -> Behaviors.unhandled();
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
      case StepEvent.Accepted(String step, RateLimits limits) -> {
        admit(limits);
        yield Behaviors.same();
      }
      case StepEvent.Progress progress -> {
        work.take(progress);
        yield Behaviors.same();
      }
      case StepEvent.Ended(String step, StepEvent.Outcome outcome) -> end(outcome);
    };
  }

  private void admit(RateLimits limits) {
    admitted = true;
    ActorRef<Command> self = context.getSelf();
    safekeeping.admit(limits, error -> self.tell(new NoRow(error)));
  }

  private Behavior<Command> onNoRow(WeirError error) {
    noRow = error;
    return cancel();
  }

  private Behavior<Command> end(StepEvent.Outcome outcome) {
    Response ended = work.end(outcome, cancelled);
    if (noRow != null) {
      safekeeping.forgo();
      return close(ended.failed(noRow));
    }
    if (!admitted && ended.error() != null) {
      safekeeping.refuse(ended.error(), outcome.limits());
      return close(ended);
    }
    if (!admitted) {
      admit(new RateLimits(List.of()));
    }
    if (!start.isStored()) {
      safekeeping.forgo();
      return close(ended);
    }
    return keep(ended);
  }

  private Behavior<Command> keep(Response ended) {
    context.pipeToSelf(
        safekeeping.end(ended, log, EPOCH),
        (kept, failure) -> failure == null ? new Kept(kept) : new NotKept(WeirError.of(failure)));
    return keeping();
  }

  /**
   * Nothing of the end is shown before it is safe. What is shown must be what is stored: rather no
   * end than one that the store contradicts.
   */
  private Behavior<Command> keeping() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Kept(Response kept) -> close(kept);
              case NotKept(WeirError error) -> disown(error);
              case Cancel(var replyTo) -> describeEnd(replyTo);
              case Reading reading -> onReading(reading);
              case Join(var replyTo) -> onJoin(replyTo);
              case Orphaned late -> Behaviors.same();
              case Gathered late -> Behaviors.same();
              case Working late -> Behaviors.same();
              case Parting early -> Behaviors.unhandled();
            });
  }

  private Behavior<Command> close(Response ended) {
    if (holder != null) {
      context.stop(holder);
    }
    start.telemetry().ended(ended);
    log.append(new ResponseEvent.Ended(ended));
    audience.end(ended);
    farewell.begin();
    return lingering();
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
              case Join(var replyTo) -> onJoin(replyTo);
              case Parting parting -> onParting(parting);
              case Orphaned late -> Behaviors.same();
              case Gathered late -> Behaviors.same();
              case Working late -> Behaviors.same();
              case Storing late -> Behaviors.same();
            });
  }

  private Behavior<Command> describeEnd(ActorRef<RunHost.Answer> replyTo) {
    audience.describeEnd(replyTo);
    return Behaviors.same();
  }

  private Behavior<Command> onJoin(ActorRef<RunHost.Answer> replyTo) {
    Response begun = start.response().withoutInput();
    safekeeping
        .admission()
        .thenAccept(
            admission ->
                replyTo.tell(
                    admission instanceof Refused(WeirError error, RateLimits limits)
                        ? new RunHost.Denied(error)
                        : dependencies.found(begun, replyTo)));
    return Behaviors.same();
  }

  private Behavior<Command> onReading(Reading message) {
    audience.on(message);
    return unlessOver();
  }

  private Behavior<Command> onParting(Parting message) {
    farewell.on(message);
    return unlessOver();
  }

  private Behavior<Command> unlessOver() {
    return farewell.isOver() ? Behaviors.stopped() : Behaviors.same();
  }
}
