package dev.weir.inference.limit;

/**
 * Spreads what waits over the window. A limit that was not used may be used at once; but a burst
 * must not come back as one a window later, and again and again: while calls wait, what becomes
 * free is given out at little more than the limit's own rate. Credit is in limits; not thread safe.
 */
final class Pace {

  /** How much faster than the limit's own rate: what was missed is made up for. */
  private static final double HASTE = 1.25;

  private static final double WHILE_CALLS_WAIT = 0.05;

  private double credit;
  private long at;

  Pace(double credit, long now) {
    this.credit = credit;
    this.at = now;
  }

  static Pace unused(long now) {
    return new Pace(1, now);
  }

  static Pace busy(long now) {
    return new Pace(WHILE_CALLS_WAIT, now);
  }

  /** Time has passed, in which calls waited or not. */
  void pass(long now, boolean waiting, long window) {
    double most = waiting ? Math.max(credit, WHILE_CALLS_WAIT) : 1;
    credit = Math.min(most, credit + HASTE * (now - at) / window);
    at = now;
  }

  boolean allows() {
    return credit > 0;
  }

  void spend(double limits) {
    credit -= limits;
  }

  /** What was spent was not needed. */
  void giveBack(double limits) {
    credit += limits;
  }
}
