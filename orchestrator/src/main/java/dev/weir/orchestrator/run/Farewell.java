package dev.weir.orchestrator.run;

import dev.weir.inference.InferenceCodecs;
import dev.weir.orchestrator.response.ResponseLog;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * How long a run stays after its end: until its host, which it asks for that, sends no more readers
 * and the last one has gone. What somebody may come back to, and is small, stays for {@code linger}
 * before it asks.
 *
 * <p>A part of {@link Run}, used by its actor alone.
 */
final class Farewell {

  private static final long LINGERS_UP_TO = 256 * 1024;

  private final TimerScheduler<Run.Command> timers;
  private final RunStart start;
  private final RunSettings settings;
  private final ResponseLog log;
  private final Audience audience;
  private boolean forgotten;

  Farewell(
      TimerScheduler<Run.Command> timers,
      RunStart start,
      RunSettings settings,
      ResponseLog log,
      Audience audience) {
    this.timers = timers;
    this.start = start;
    this.settings = settings;
    this.log = log;
    this.audience = audience;
  }

  /** The response has ended. */
  void begin() {
    if (lingers()) {
      timers.startSingleTimer(Run.Lingered.NOW, settings.linger());
    } else {
      askToBeForgotten();
    }
  }

  private boolean lingers() {
    return start.isAwaited()
        && log.bytes() + InferenceCodecs.size(start.response().request().input()) <= LINGERS_UP_TO;
  }

  void on(Run.Parting message) {
    switch (message) {
      case Run.Lingered now -> askToBeForgotten();
      case Run.Forget now -> forgotten = true;
    }
  }

  private void askToBeForgotten() {
    start.keeper().tell(new RunHost.Forgettable(start.response().id()));
  }

  /** Whether the run may stop. */
  boolean isOver() {
    return forgotten && audience.isEmpty();
  }
}
