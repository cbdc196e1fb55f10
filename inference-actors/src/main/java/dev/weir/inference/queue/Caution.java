package dev.weir.inference.queue;

/**
 * Which part of the room is promised to those who come, so that few of the promises are broken:
 * fairness lets others go before those who wait already, and nobody knows how many will come. A
 * broken promise lowers it, and so does one that was kept at the last moment; any other raises it
 * by less. It settles where one in {@code (1 - DOWN) / (UP - 1)} lowers it. Not thread safe.
 */
final class Caution {

  private static final double DOWN = 0.9;
  private static final double UP = 1.0003;

  /** The last part of its time in which a call that starts nearly was too late. */
  private static final double LAST_MOMENT = 0.2;

  private double part = 1;

  /** One got its slot with so much left of the time it could have waited. */
  void kept(long left, long patience) {
    if (left < LAST_MOMENT * patience) {
      broken();
    } else {
      part = Math.min(1, part * UP);
    }
  }

  /** One waited in vain. */
  void broken() {
    part = part * DOWN;
  }

  /** How many of so many places that are reached in time are promised; at least one, if any. */
  double promised(double places) {
    return Math.min(places, Math.max(1, part * places));
  }
}
