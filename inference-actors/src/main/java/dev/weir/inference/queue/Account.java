package dev.weir.inference.queue;

import java.util.Comparator;
import java.util.LinkedHashSet;

/** One user's part of a lane: what it was served, what it awaits, what it has running. */
final class Account<T> implements Candidate {

  /** The least served first. */
  static final Comparator<Account<?>> BY_SERVICE =
      Comparator.<Account<?>>comparingDouble(account -> account.served)
          .thenComparingLong(account -> account.number);

  /** Whose turn it is; of equals, who waits for less, or else has less. */
  static final Comparator<Account<?>> BY_TURN =
      Comparator.<Account<?>>comparingDouble(Account::due)
          .thenComparingInt(account -> account.waiting.size())
          .thenComparingInt(account -> account.running)
          .thenComparingLong(account -> account.number);

  final String user;
  final LinkedHashSet<Place<T>> waiting = new LinkedHashSet<>();
  private final long number;
  private double served;
  private double outstanding;
  private double leeway;
  private int running;

  /**
   * An account of nothing.
   *
   * @param number tells it from others with equal counters
   */
  Account(String user, long number) {
    this.user = user;
    this.number = number;
  }

  /** The virtual token counter: weighted tokens that were served. Never falls. */
  double served() {
    return served;
  }

  /** The counter, and what the calls that run are likely to add to it. */
  @Override
  public double due() {
    return served + outstanding;
  }

  @Override
  public int waiting() {
    return waiting.size();
  }

  @Override
  public double leeway() {
    return leeway;
  }

  void leeway(double to) {
    leeway = to;
  }

  boolean isIdle() {
    return running == 0 && waiting.isEmpty();
  }

  void lift(double to) {
    served = Math.max(served, to);
  }

  void start(Place<T> place, long expectedOutput) {
    running++;
    served += place.input();
    place.start(expectedOutput);
    outstanding += place.outstanding();
  }

  void produce(Place<T> place, long tokens) {
    double before = place.outstanding();
    place.produce(tokens);
    served += place.output(tokens);
    outstanding += place.outstanding() - before;
  }

  /** What did not come is not charged. */
  void end(Place<T> place) {
    running--;
    outstanding = running == 0 ? 0 : outstanding - place.outstanding();
  }
}
