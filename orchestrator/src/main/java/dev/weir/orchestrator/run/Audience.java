package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Who reads one run, and who asks about it. Readers come, fall behind and go; the fastest of them
 * governs demand: when even it is more than {@code max-lag} behind, the model's credit is withheld
 * until it catches up. A background run waits for nobody.
 *
 * <p>A part of {@link Run}, used by its actor alone.
 */
final class Audience {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final ActorContext<Run.Command> context;
  private final TimerScheduler<Run.Command> timers;
  private final RunStart start;
  private final RunDependencies dependencies;
  private final boolean background;
  private final Readers readers;
  private final List<ActorRef<RunHost.Answer>> awaitingEnd = new ArrayList<>();
  private Response response;
  private long nextReader;
  private boolean ended;
  private @Nullable ActorRef<Credit> withheld;

  Audience(
      ActorContext<Run.Command> context,
      TimerScheduler<Run.Command> timers,
      RunStart start,
      RunDependencies dependencies,
      ResponseLog log) {
    this.context = context;
    this.timers = timers;
    this.start = start;
    this.dependencies = dependencies;
    this.background = start.response().request().background();
    this.readers = new Readers(log);
    this.response = start.response().withoutInput();
  }

  /** Nobody reads yet; whoever is to read has {@code orphan-grace} to come. */
  void await() {
    timers.startTimerWithFixedDelay(Run.LookForStalled.NOW, LOOK_EVERY);
    expectReader();
  }

  /** Serves whoever reads or asks. */
  void on(Run.Reading message) {
    switch (message) {
      case Run.Attach(long from, Ticket events) -> attach(from, events);
      case Run.ReaderReady(long reader) -> ready(reader);
      case Run.ReaderGone(long reader) -> gone(reader);
      case Run.LookForStalled now ->
          readers.closeStalled(now(), dependencies.settings().readerStall());
      case Run.Describe(var replyTo) -> describe(replyTo);
      case Run.ListInput(Slice.Wanted wanted, var replyTo) ->
          replyTo.tell(dependencies.inputs(start.response().request().input(), wanted, replyTo));
    }
  }

  private void attach(long from, Ticket events) {
    long id = nextReader++;
    ActorRef<Readers.Feed> feed =
        dependencies.streams().open(events, context.getSelf(), new Run.ReaderReady(id));
    context.watchWith(feed, new Run.ReaderGone(id));
    timers.cancel(Run.Orphaned.NOW);
    readers.add(id, feed, from, now());
    start.telemetry().readerCame();
    show();
  }

  /** A reader has taken what it got. */
  private void ready(long reader) {
    readers.ready(reader, now());
    show();
  }

  private void gone(long reader) {
    readers.remove(reader);
    start.telemetry().readerLeft();
    if (ended) {
      releaseUnread();
    } else {
      expectReader();
    }
  }

  private void describe(ActorRef<RunHost.Answer> replyTo) {
    replyTo.tell(dependencies.found(response, replyTo));
  }

  /** Answers with the response once it has ended. */
  void describeEnd(ActorRef<RunHost.Answer> replyTo) {
    if (ended) {
      describe(replyTo);
    } else {
      awaitingEnd.add(replyTo);
    }
  }

  /** The log has grown. */
  void show() {
    readers.feed(ended, now());
    grant();
  }

  /** The log has grown, and its source waits for {@code credit} to go on. */
  void show(ActorRef<Credit> credit) {
    withheld = credit;
    show();
  }

  /** Nothing more is asked of the source. */
  void stopDemand() {
    withheld = null;
    timers.cancel(Run.Orphaned.NOW);
  }

  /** The log has its last event: the response as it is now. */
  void end(Response whole) {
    response = whole;
    ended = true;
    awaitingEnd.forEach(this::describe);
    awaitingEnd.clear();
    show();
    releaseUnread();
  }

  /** Whether nobody reads. */
  boolean isEmpty() {
    return readers.isEmpty();
  }

  /** Sends everybody who waits for the end away with {@code error}. */
  void dismiss(WeirError error) {
    readers.closeAll(error);
    awaitingEnd.forEach(replyTo -> replyTo.tell(new RunHost.Denied(error)));
  }

  /** What readers are told whose run is no more. */
  static WeirError gone() {
    return new WeirError.Unavailable(
        "run_gone", "The run ended without a word; resume the response.", Duration.ofSeconds(1));
  }

  private void grant() {
    if (withheld != null && (background || readers.lag() <= dependencies.settings().maxLag())) {
      withheld.tell(Credit.MORE);
      withheld = null;
    }
  }

  private void expectReader() {
    if (readers.isEmpty() && !background) {
      timers.startSingleTimer(Run.Orphaned.NOW, dependencies.settings().orphanGrace());
    }
  }

  private void releaseUnread() {
    if (readers.isEmpty()) {
      start.keeper().tell(new RunHost.Released(start.response().id()));
    }
  }

  private Instant now() {
    return dependencies.steps().clock().instant();
  }
}
