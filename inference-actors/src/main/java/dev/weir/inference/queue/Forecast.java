package dev.weir.inference.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;

/**
 * In which order those who wait would start, were nothing more to come and every answer as long as
 * usual.
 */
final class Forecast<T> {

  /** Where one user's calls are, and what it would be due there. */
  private static final class Cursor<T> implements Candidate {

    static final Comparator<Cursor<?>> BY_TURN =
        Comparator.<Cursor<?>>comparingDouble(Cursor::due)
            .thenComparingInt(Cursor::waiting)
            .thenComparingInt(cursor -> cursor.number);

    private final Iterator<Place<T>> places;
    private final int number;
    private final double leeway;
    private int waiting;
    private double due;

    Cursor(Account<T> account, int number) {
      this.places = account.waiting.iterator();
      this.number = number;
      this.leeway = account.leeway();
      this.waiting = account.waiting();
      this.due = account.due();
    }

    @Override
    public double due() {
      return due;
    }

    @Override
    public int waiting() {
      return waiting;
    }

    @Override
    public double leeway() {
      return leeway;
    }

    T start(long usualOutput) {
      Place<T> place = places.next();
      waiting--;
      due += place.likely(usualOutput);
      return place.entry;
    }
  }

  /** One lane, from its first call on. */
  private static final class Ahead<T> {
    private final TreeSet<Cursor<T>> cursors = new TreeSet<>(Cursor.BY_TURN);
    private final long usualOutput;

    Ahead(Lane<T> lane) {
      usualOutput = lane.usualOutput();
      int number = 0;
      for (Account<T> account : lane.accountsWaiting()) {
        cursors.add(new Cursor<>(account, number++));
      }
    }

    boolean isWaiting() {
      return !cursors.isEmpty();
    }

    T next() {
      Cursor<T> cursor = Candidate.next(cursors);
      cursors.remove(cursor);
      T entry = cursor.start(usualOutput);
      if (cursor.waiting() > 0) {
        cursors.add(cursor);
      }
      return entry;
    }
  }

  private final Ahead<T> interactive;
  private final Ahead<T> background;
  private final Turns turns;

  Forecast(Lane<T> interactive, Lane<T> background, Turns turns) {
    this.interactive = new Ahead<>(interactive);
    this.background = new Ahead<>(background);
    this.turns = new Turns(turns);
  }

  /** The first so many, as far as there are. */
  List<T> order(int most) {
    List<T> order = new ArrayList<>();
    while (order.size() < most && (interactive.isWaiting() || background.isWaiting())) {
      order.add(
          switch (turns.next(interactive.isWaiting(), background.isWaiting())) {
            case INTERACTIVE -> interactive.next();
            case BACKGROUND -> background.next();
          });
    }
    return order;
  }
}
