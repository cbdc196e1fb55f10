package dev.weir.inference.rollout;

import java.util.Arrays;

/**
 * Calls of one side of a comparison. Of times the last {@value #KEPT} are kept. Not thread safe.
 */
final class Sample {

  private static final int KEPT = 1_000;

  private final double[] times = new double[KEPT];
  private int timed;
  private int calls;
  private int failed;
  private int judged;
  private int wrong;

  void add(Seen seen) {
    calls++;
    switch (seen.verdict()) {
      case RIGHT -> judged++;
      case WRONG -> {
        judged++;
        wrong++;
      }
      case FAILED -> failed++;
      case UNKNOWN -> {}
    }
    if (seen.firstToken() >= 0) {
      times[timed++ % KEPT] = seen.firstToken();
    }
  }

  int calls() {
    return calls;
  }

  int failed() {
    return failed;
  }

  /** How many answers could be judged. */
  int judged() {
    return judged;
  }

  int wrong() {
    return wrong;
  }

  /** Times to the first token, in nanoseconds. */
  double[] times() {
    return Arrays.copyOf(times, Math.min(timed, KEPT));
  }

  /** The middle one of them; 0 when there is none. */
  double median() {
    double[] sorted = times();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
