package dev.weir.cluster.telemetry;

import dev.weir.cluster.error.WeirError;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import kamon.Kamon;
import kamon.metric.Timer;

/** The parts of a request that are timed: each is a span, and a series of the stage histogram. */
public enum Stage {
  /** The whole of a response, on its run host. */
  RUN("run"),
  /** The run waits for what was said before. */
  CONTEXT("conversation.context"),
  /** The conversation finds and opens it. */
  READ("conversation.read"),
  /** The user's budget is asked for. */
  RESERVE("user.reserve"),
  /** A generation waits for a slot. */
  QUEUE("queue"),
  /** The upstream is asked, until its first token. A time only, inside of a generation. */
  FIRST_TOKEN("first_token"),
  /** The upstream answers. */
  GENERATION("generation"),
  /** A shadow is asked, which nobody waits for: its wait for a slot, and its answer. */
  SHADOW("shadow"),
  /** The whole of an embeddings request, on its orchestrator node. */
  EMBEDDINGS("embeddings"),
  /** The upstream makes vectors of a call's inputs, in one batch or several. */
  EMBEDDING("embedding"),
  /** The run waits for its turn to be kept. */
  APPEND("conversation.append"),
  /** The conversation's journal writes it. */
  JOURNAL("conversation.persist"),
  /** A settlement is brought to the user. */
  SETTLE("user.settle"),
  /** The ledger's journal writes it. */
  LEDGER("ledger.persist"),
  /** The run's row is written. */
  STORE("run.store");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  private static final class Timers {

    static final Map<Stage, Timer> ALL = new EnumMap<>(Stage.class);

    static {
      var metric = Kamon.timer("weir.stage.duration", "How long the parts of a request take.");
      for (Stage stage : values()) {
        ALL.put(stage, metric.withTag("stage", stage.label));
      }
    }

    private Timers() {}

    static Timer of(Stage stage) {
      return Objects.requireNonNull(ALL.get(stage));
    }
  }

  /** Begins below {@code parent}; whoever begins it finishes it. */
  public Span begin(TraceContext parent) {
    return Tracing.child(label, parent, Timers.of(this));
  }

  /** Lasts as long as what {@code work} begins; what that asks of others hangs below its place. */
  public <T> CompletionStage<T> during(
      TraceContext parent, Function<TraceContext, CompletionStage<T>> work) {
    Span span = begin(parent);
    return work.apply(span.context())
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                span.finish();
              } else {
                span.fail(WeirError.of(failure).code());
              }
            });
  }

  /** Adds to the histogram alone. */
  public void record(long nanos) {
    Timers.of(this).record(nanos);
  }
}
