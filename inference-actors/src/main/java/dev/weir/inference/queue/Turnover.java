package dev.weir.inference.queue;

/**
 * How long a call holds its slot as a rule, and so how soon slots become free (Little's law). Of
 * those that run only the age is known: once they are old beyond what was seen, half of it counts.
 * Times in nanoseconds. Not thread safe.
 */
final class Turnover {

  private static final double LEARNING = 0.05;

  private double seen;
  private long ended;
  private int running;
  private double starts;

  /** Takes what was seen before; 0 for nothing. */
  void expect(double held) {
    seen = held;
  }

  void started(long now) {
    running++;
    starts += now;
  }

  void ended(long startedAt, long now) {
    running--;
    starts = running == 0 ? 0 : starts - startedAt;
    ended++;
    double weight = Math.max(LEARNING, 1.0 / (ended + (seen > 0 ? 1 : 0)));
    seen += weight * (now - startedAt - seen);
  }

  /** How long a call holds its slot; 0 while nothing is known. */
  double held(long now) {
    return running == 0 ? seen : Math.max(seen, (now - starts / running) / 2);
  }

  /** How many of so many slots become free in so long. */
  double ends(int slots, long within, long now) {
    double held = held(now);
    return within == Long.MAX_VALUE || held <= 0
        ? Double.POSITIVE_INFINITY
        : slots * (within / held);
  }
}
