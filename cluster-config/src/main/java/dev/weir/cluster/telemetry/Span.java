package dev.weir.cluster.telemetry;

import kamon.metric.Timer;
import org.jspecify.annotations.Nullable;

/**
 * One part of a request under way, finished once; whatever comes after that is ignored. Costs a
 * clock reading where its trace is not recorded. Thread safe.
 */
public final class Span {

  private final TraceContext context;
  private final kamon.trace.@Nullable Span recorded;
  private final @Nullable Timer timer;
  private final long beganAt = System.nanoTime();
  private boolean finished;

  Span(TraceContext context, kamon.trace.@Nullable Span recorded, @Nullable Timer timer) {
    this.context = context;
    this.recorded = recorded;
    this.timer = timer;
  }

  /** What the next message carries, so that its receiver's spans stand below this one. */
  public TraceContext context() {
    return context;
  }

  /** Says more about it. Never a prompt, an answer or a key. */
  public Span tag(String key, String value) {
    if (recorded != null) {
      recorded.tag(key, value);
    }
    return this;
  }

  /** Says more about it. */
  public Span tag(String key, long value) {
    if (recorded != null) {
      recorded.tag(key, value);
    }
    return this;
  }

  /** Notes that {@code event} happens now. */
  public void mark(String event) {
    if (recorded != null) {
      recorded.mark(event);
    }
  }

  /** How long it has lasted, in nanoseconds. */
  public long elapsed() {
    return System.nanoTime() - beganAt;
  }

  /** It ends well. */
  public void finish() {
    finish(null);
  }

  /** It ends with an error's code. */
  public void fail(String code) {
    finish(code);
  }

  private synchronized void finish(@Nullable String code) {
    if (finished) {
      return;
    }
    finished = true;
    if (timer != null) {
      timer.record(elapsed());
    }
    if (recorded != null) {
      if (code != null) {
        recorded.fail(code);
      }
      recorded.finish();
    }
  }
}
