package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.response.ResponseLog;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one run as they come, fall behind and go. The fastest of them governs demand: when
 * even it is more than {@code max-lag} behind, the model's credit is withheld until it catches up.
 * A background run waits for nobody.
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
  }

  /** Nobody reads yet; whoever is to read has {@code orphan-grace} to come. */
  void await() {
    timers.startTimerWithFixedDelay(Run.LookForStalled.NOW, LOOK_EVERY);
    expectReader();
  }

  void attach(long from, Ticket events) {
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
  void ready(long reader) {
    readers.ready(reader, now());
    show();
  }

  void gone(long reader) {
    readers.remove(reader);
    start.telemetry().readerLeft();
    if (ended) {
      releaseUnread();
    } else {
      expectReader();
    }
  }

  void closeStalled() {
    readers.closeStalled(now(), dependencies.settings().readerStall());
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

  /** The log has its last event. */
  void end() {
    ended = true;
    show();
    releaseUnread();
  }

  boolean isEmpty() {
    return readers.isEmpty();
  }

  /** Sends every reader away with {@code error}, and no end. */
  void dismiss(WeirError error) {
    readers.closeAll(error);
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
