package dev.weir.bench.load;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a load saw: times in nanoseconds, three digits exact. Written by one thread; read when the
 * load is over.
 */
public final class Figures {

  private static final long MOST = 600_000_000_000L;

  private final Histogram firstToken = new Histogram(MOST, 3);
  private final Histogram gaps = new Histogram(MOST, 3);
  private final Histogram whole = new Histogram(MOST, 3);
  private final Histogram refused = new Histogram(MOST, 3);
  private final Map<String, Integer> failures = new TreeMap<>();
  private long tokens;

  void firstToken(long nanos) {
    tokens++;
    firstToken.recordValue(within(nanos));
  }

  void gap(long nanos) {
    tokens++;
    gaps.recordValue(within(nanos));
  }

  void whole(long nanos) {
    whole.recordValue(within(nanos));
  }

  void refused(long nanos) {
    refused.recordValue(within(nanos));
  }

  void failure(String what) {
    failures.merge(what, 1, Integer::sum);
  }

  private static long within(long nanos) {
    return Math.max(0, Math.min(nanos, MOST));
  }

  public Histogram firstToken() {
    return firstToken;
  }

  public Histogram gaps() {
    return gaps;
  }

  public Histogram whole() {
    return whole;
  }

  /** Until they were told that there are too many: also among the {@link #failures}. */
  public Histogram refused() {
    return refused;
  }

  public long tokens() {
    return tokens;
  }

  /** Answers that came whole. */
  public long answers() {
    return whole.getTotalCount();
  }

  public int errors() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** What went wrong, and how often. */
  public Map<String, Integer> failures() {
    return failures;
  }

  /** Milliseconds at a percentile. */
  public static double millis(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1e6;
  }

  private static String line(String name, Histogram of) {
    return String.format(
        "  %-14s p50 %9.3f   p90 %9.3f   p99 %9.3f   max %9.3f ms   (%d)",
        name,
        millis(of, 50),
        millis(of, 90),
        millis(of, 99),
        of.getMaxValue() / 1e6,
        of.getTotalCount());
  }

  @Override
  public String toString() {
    return String.join(
        "\n",
        line("first token", firstToken),
        line("gap", gaps),
        line("whole", whole),
        "  answers " + answers() + ", tokens " + tokens + ", errors " + errors() + " " + failures);
  }
}
