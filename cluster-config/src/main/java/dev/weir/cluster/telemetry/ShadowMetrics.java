package dev.weir.cluster.telemetry;

import java.time.Duration;
import kamon.Kamon;
import kamon.metric.Metric;
import kamon.tag.TagSet;

/** The numbers of shadows; labelled as {@link Metrics} are. Thread safe. */
public final class ShadowMetrics {

  private static final Metric.Counter CALLS =
      Kamon.counter("weir.shadow.calls", "Calls that were meant for a shadow, by what came of it.");
  private static final Metric.Histogram SIMILARITY =
      Kamon.histogram(
          "weir.shadow.similarity",
          "How alike what a shadow answers is to what was shown, in percent.");
  private static final Metric.Timer FIRST_TOKEN =
      Kamon.timer("weir.shadow.ttft", "From the call to its first token, of either side.");
  private static final Metric.Timer WHOLE =
      Kamon.timer("weir.shadow.duration", "From the call to its end, of either side.");
  private static final Metric.Counter WRONG =
      Kamon.counter("weir.shadow.wrong", "Answers that the evaluator does not take.");

  private final TagSet labels;

  /** Of one model and its shadow. */
  public ShadowMetrics(String model, String shadow) {
    this.labels = TagSet.of("model", model).withTag("shadow", shadow);
  }

  /** What became of one call. */
  public void came(String outcome) {
    CALLS.withTags(labels.withTag("outcome", outcome)).increment();
  }

  /** Both have answered. */
  public void compared(double similarity) {
    SIMILARITY.withTags(labels).record(Math.round(similarity * 100));
  }

  /**
   * One of two answers.
   *
   * @param side {@code shown} or {@code shadow}
   * @param wrong whether the evaluator does not take it
   */
  public void answered(String side, Duration firstToken, Duration took, boolean wrong) {
    TagSet sided = labels.withTag("side", side);
    FIRST_TOKEN.withTags(sided).record(firstToken.toNanos());
    WHOLE.withTags(sided).record(took.toNanos());
    if (wrong) {
      WRONG.withTags(sided).increment();
    }
  }
}
