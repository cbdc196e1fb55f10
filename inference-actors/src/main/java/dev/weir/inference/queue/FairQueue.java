package dev.weir.inference.queue;

import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The slots of one deployment on one node and what waits for them: the user that was served the
 * fewest tokens for its weight is next ({@link Lane}), interactive work before background work
 * ({@link Turns}). Bounded in requests and in tokens: what does not fit is refused, not kept.
 *
 * <p>A change takes O(log n). Plain state for one actor; not thread safe.
 *
 * @param <T> what holds or awaits a slot; compared by {@code equals}
 */
public final class FairQueue<T> {

  private int slots;
  private Deployment.Queue bounds;
  private final Overflow overflow;
  private final Map<T, Place<T>> places = new HashMap<>();
  private final Lane<T> interactive;
  private final Lane<T> background;
  private final Turns turns = new Turns();
  private final Predicate<Claim> gate;
  private final Turnover turnover = new Turnover();
  private final Caution caution = new Caution();
  private final Waiters<T> waiters = new Waiters<>();
  private final LongSupplier nanos;
  private int running;
  private long waitingTokens;

  /**
   * An empty queue.
   *
   * @param nanos a clock that only moves forward, such as {@code System::nanoTime}
   */
  public FairQueue(int slots, Deployment.Queue bounds, LongSupplier nanos) {
    this(slots, bounds, nanos, call -> true);
  }

  /**
   * An empty queue whose calls need more than a slot.
   *
   * @param gate whether a call whose turn it is may start; asked once for each start
   */
  public FairQueue(int slots, Deployment.Queue bounds, LongSupplier nanos, Predicate<Claim> gate) {
    this.gate = gate;
    this.slots = slots;
    this.bounds = bounds;
    this.nanos = nanos;
    this.overflow = new Overflow(nanos);
    this.interactive = new Lane<>(slots);
    this.background = new Lane<>(slots);
  }

  /** Whether there is neither a slot nor a place for so many tokens. */
  public boolean isFull(long tokens) {
    return (running >= slots || waiting() > 0)
        && (waiting() >= bounds.maxRequests() || waitingTokens + tokens > bounds.maxTokens());
  }

  /**
   * Takes a slot, or a place in the queue; returns whether it is a slot.
   *
   * @throws IllegalStateException if it is full, or the entry is in already
   */
  public boolean add(T entry, Claim claim) {
    if (isFull(claim.tokens()) || places.containsKey(entry)) {
      throw new IllegalStateException("full, or in already");
    }
    Place<T> place = lane(claim).add(entry, claim);
    places.put(entry, place);
    waiters.enter(place, dueAt(claim));
    waitingTokens += claim.tokens();
    if (running < slots) {
      overflow.over();
      proceed();
    }
    return place.isRunning();
  }

  /** Starts whose turn it is, if there is a slot and the gate allows; returns who that is. */
  public Optional<T> proceed() {
    boolean starts = running < slots && waiting() > 0 && gate.test(next().claim);
    return starts ? Optional.of(startNext()) : Optional.empty();
  }

  /** What the calls ask for that would start if the gate allowed, in order; at most so many. */
  public List<Claim> ready(int most) {
    int free = Math.min(most, slots - running);
    return free <= 0 || waiting() == 0
        ? List.of()
        : new Forecast<>(interactive, background, turns)
            .order(free).stream().map(entry -> place(entry).claim).toList();
  }

  /** What runs has produced so many more tokens; of what does not run it means nothing. */
  public void produced(T entry, long tokens) {
    Place<T> place = places.get(entry);
    if (place != null && place.isRunning()) {
      lane(place.claim).produce(place, tokens);
    }
  }

  /** Gives up a slot or a place; returns who gets the slot that became free. */
  public Optional<T> remove(T entry) {
    Place<T> place = places.remove(entry);
    if (place == null) {
      return Optional.empty();
    }
    boolean ran = place.isRunning();
    lane(place.claim).remove(place);
    if (!ran) {
      waiters.leave(place);
      waitingTokens -= place.claim.tokens();
      return Optional.empty();
    }
    turnover.ended(place.startedAt(), nanos.getAsLong());
    running--;
    overflow.ended();
    return proceed();
  }

  /**
   * Changes how many run at once and how many may wait; returns who gets the slots that are new.
   * Nobody loses a slot or a place: what is too much ends in its own time.
   */
  public List<T> resize(int slots, Deployment.Queue bounds) {
    this.slots = slots;
    this.bounds = bounds;
    interactive.resize(slots);
    background.resize(slots);
    List<T> started = new ArrayList<>();
    for (Optional<T> next = proceed(); next.isPresent(); next = proceed()) {
      started.add(next.get());
    }
    return started;
  }

  private Place<T> place(T entry) {
    Place<T> place = places.get(entry);
    if (place == null) {
      throw new IllegalStateException("not in the queue");
    }
    return place;
  }

  /** Whose turn it is; somebody waits. */
  private Place<T> next() {
    return switch (new Turns(turns).next(interactive.isWaiting(), background.isWaiting())) {
      case INTERACTIVE -> interactive.next();
      case BACKGROUND -> background.next();
    };
  }

  private T startNext() {
    Place<T> next =
        switch (turns.next(interactive.isWaiting(), background.isWaiting())) {
          case INTERACTIVE -> interactive.start();
          case BACKGROUND -> background.start();
        };
    waiters.leave(next);
    next.startedAt(nanos.getAsLong());
    caution.kept(next.left(next.startedAt()), untilStart(next.claim));
    turnover.started(next.startedAt());
    waitingTokens -= next.claim.tokens();
    running++;
    return next.entry;
  }

  /** How long who finds it full had better stay away; counts that one as sent away. */
  public Duration refuse(long tokens) {
    double calls = Math.max(1, waiting() - bounds.maxRequests() + 1);
    long excess = waitingTokens + tokens - bounds.maxTokens();
    if (waiting() > 0 && excess > 0) {
      calls = Math.max(calls, Math.ceil((double) excess * waiting() / waitingTokens));
    }
    return overflow.sendAway(Math.min(calls, waiting() + 1));
  }

  /** Takes how long calls were held before, in nanoseconds; 0 where nobody knows. */
  public void expect(double held) {
    turnover.expect(held);
  }

  /** How long calls hold their slots, in nanoseconds; 0 while that is not known. */
  public double held() {
    return turnover.held(nanos.getAsLong());
  }

  /** Whether a call would wait for longer than it can, as things are. O(n log n). */
  public boolean comesTooLate(Claim claim) {
    double most = caution.promised(starts(untilStart(claim)));
    return (running >= slots || waiting() > 0)
        && waiting() + 1 > most
        && !Forecast.isAmong(most, lane(claim).guest(claim), interactive, background, turns);
  }

  /** How long who comes too late had better stay away; counts that one as sent away. */
  public Duration refuseLate(Claim claim) {
    double calls = waiting() + 1 - caution.promised(starts(untilStart(claim)));
    return overflow.sendAway(Math.max(1, calls), starts(TimeUnit.SECONDS.toNanos(1)));
  }

  /** Gives up those who have waited for as long as they can; returns them. */
  public List<T> shedOverdue() {
    return shed(waiters.overdue(nanos.getAsLong()));
  }

  /** Gives up those too who will have, before their turn, as things are. O(n log n). */
  public List<T> shedHopeless() {
    long now = nanos.getAsLong();
    if (waiting() <= starts(waiters.leastLeft(now))) {
      return List.of();
    }
    List<T> hopeless = new ArrayList<>();
    int before = 0;
    for (T entry : order()) {
      long left = left(entry, now);
      if (left < 0 || before > starts(left)) {
        hopeless.add(entry);
      } else {
        before++;
      }
    }
    return shed(hopeless);
  }

  private List<T> shed(List<T> late) {
    late.forEach(this::remove);
    late.forEach(entry -> caution.broken());
    return late;
  }

  /**
   * Gives up calls of those who have most of the room, so that a call fits that finds it full;
   * returns them. None where it has to go itself. O(n).
   */
  public List<T> makeRoom(Claim claim) {
    List<T> yielding = waiters.yielding(claim, bounds);
    yielding.forEach(this::remove);
    return yielding;
  }

  private long left(T entry, long now) {
    Place<T> place = places.get(entry);
    return place == null ? Long.MAX_VALUE : place.left(now);
  }

  private long dueAt(Claim claim) {
    long left = untilStart(claim);
    long now = nanos.getAsLong();
    return left > Long.MAX_VALUE - Math.max(0, now) ? Long.MAX_VALUE : now + left;
  }

  /** How long it can wait for its slot, given how long such a call holds one. */
  private long untilStart(Claim claim) {
    double usual = Math.max(1, lane(claim).usualOutput());
    return claim.patience().untilStart(held() * Math.min(1, claim.outputAtMost() / usual));
  }

  /** How many calls get a slot within so many nanoseconds, as things are. */
  private double starts(long within) {
    return turnover.ends(slots, within, nanos.getAsLong());
  }

  /** What waits, as far as can be told in the order in which it will start. O(n log n). */
  public List<T> order() {
    return new Forecast<>(interactive, background, turns).order(waiting());
  }

  /** The place among what waits, from 1; 0 for what does not wait. */
  public int position(T entry) {
    Place<T> place = places.get(entry);
    return place == null || place.isRunning() ? 0 : order().indexOf(entry) + 1;
  }

  /** Whether it waits for its slot. */
  public boolean isWaiting(T entry) {
    Place<T> place = places.get(entry);
    return place != null && !place.isRunning();
  }

  public int slots() {
    return slots;
  }

  /** What runs and what waits. */
  public int size() {
    return places.size();
  }

  public boolean isEmpty() {
    return places.isEmpty();
  }

  /** How many tokens those have together that wait. */
  public long waitingTokens() {
    return waitingTokens;
  }

  public int running() {
    return running;
  }

  public int waiting() {
    return places.size() - running;
  }

  /** How many users it remembers, of both workloads. */
  int users() {
    return interactive.users() + background.users();
  }

  private Lane<T> lane(Claim claim) {
    return switch (claim.asker().workload()) {
      case INTERACTIVE -> interactive;
      case BACKGROUND -> background;
    };
  }
}
