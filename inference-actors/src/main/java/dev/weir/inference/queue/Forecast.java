package dev.weir.inference.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    /** Where {@code account}'s calls are, were there one more; null is a user that has none. */
    Cursor(@Nullable Account<T> account, Guest<T> guest, int number) {
      Stream<Place<T>> before = account == null ? Stream.empty() : account.waiting.stream();
      this.places = Stream.concat(before, Stream.of(guest.place())).iterator();
      this.number = number;
      this.leeway = guest.leeway();
      this.waiting = (account == null ? 0 : account.waiting()) + 1;
      this.due = guest.due();
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

    Place<T> start(long usualOutput) {
      Place<T> place = places.next();
      waiting--;
      due += place.likely(usualOutput);
      return place;
    }
  }

  /** One lane, from its first call on. */
  private static final class Ahead<T> {
    private final TreeSet<Cursor<T>> cursors = new TreeSet<>(Cursor.BY_TURN);
    private final long usualOutput;

    Ahead(Lane<T> lane, @Nullable Guest<T> guest) {
      usualOutput = lane.usualOutput();
      int number = 0;
      boolean waits = false;
      for (Account<T> account : lane.accountsWaiting()) {
        boolean host = guest != null && account.user.equals(guest.place().claim.asker().user());
        cursors.add(host ? new Cursor<>(account, guest, number) : new Cursor<>(account, number));
        number++;
        waits |= host;
      }
      if (guest != null && !waits) {
        cursors.add(new Cursor<>(null, guest, number));
      }
    }

    boolean isWaiting() {
      return !cursors.isEmpty();
    }

    Place<T> next() {
      Cursor<T> cursor = Candidate.next(cursors);
      cursors.remove(cursor);
      Place<T> place = cursor.start(usualOutput);
      if (cursor.waiting() > 0) {
        cursors.add(cursor);
      }
      return place;
    }
  }

  private final Ahead<T> interactive;
  private final Ahead<T> background;
  private final Turns turns;

  Forecast(Lane<T> interactive, Lane<T> background, Turns turns) {
    this(interactive, background, turns, null);
  }

  private Forecast(Lane<T> interactive, Lane<T> background, Turns turns, @Nullable Guest<T> guest) {
    this.interactive = new Ahead<>(interactive, of(guest, Workload.INTERACTIVE));
    this.background = new Ahead<>(background, of(guest, Workload.BACKGROUND));
    this.turns = new Turns(turns);
  }

  private static <T> @Nullable Guest<T> of(@Nullable Guest<T> guest, Workload workload) {
    return guest != null && guest.place().claim.asker().workload() == workload ? guest : null;
  }

  /** Whether one more call would be among the first {@code most}. */
  static <T> boolean isAmong(
      double most, Guest<T> guest, Lane<T> interactive, Lane<T> background, Turns turns) {
    Forecast<T> forecast = new Forecast<>(interactive, background, turns, guest);
    for (int place = 1; place <= most; place++) {
      if (forecast.next() == guest.place()) {
        return true;
      }
    }
    return false;
  }

  /** The first so many, as far as there are. */
  List<T> order(int most) {
    List<T> order = new ArrayList<>();
    while (order.size() < most && (interactive.isWaiting() || background.isWaiting())) {
      order.add(next().entry);
    }
    return order;
  }

  private Place<T> next() {
    return switch (turns.next(interactive.isWaiting(), background.isWaiting())) {
      case INTERACTIVE -> interactive.next();
      case BACKGROUND -> background.next();
    };
  }
}
