package dev.weir.inference.queue;

import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      waitingTokens -= place.claim.tokens();
      return Optional.empty();
    }
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

  /** What waits, as far as can be told in the order in which it will start. O(n log n). */
  public List<T> order() {
    return new Forecast<>(interactive, background, turns).order(waiting());
  }

  /** The place among what waits, from 1; 0 for what does not wait. */
  public int position(T entry) {
    Place<T> place = places.get(entry);
    return place == null || place.isRunning() ? 0 : order().indexOf(entry) + 1;
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
