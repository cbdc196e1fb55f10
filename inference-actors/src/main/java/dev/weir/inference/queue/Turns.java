package dev.weir.inference.queue;

/**
 * Whose start is next: interactive work goes before background work, of which one in {@value
 * #EVERY} starts is while both wait.
 */
final class Turns {

  static final int EVERY = 10;

  private int inARow;

  Turns() {}

  /** What comes after {@code now}, which does not move. */
  Turns(Turns now) {
    inARow = now.inARow;
  }

  /** The next start's, given who waits; at least one does. */
  Workload next(boolean interactive, boolean background) {
    if (interactive && background && inARow < EVERY - 1) {
      inARow++;
      return Workload.INTERACTIVE;
    }
    inARow = 0;
    return background ? Workload.BACKGROUND : Workload.INTERACTIVE;
  }
}
