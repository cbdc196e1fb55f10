package dev.weir.inference.queue;

import dev.weir.inference.catalog.Deployment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The slots of one deployment on one node and what waits for them, first come first served. Bounded
 * in requests and in tokens: what does not fit is refused, not kept.
 *
 * <p>Plain state for one actor; not thread safe.
 *
 * @param <T> what holds or awaits a slot; compared by {@code equals}
 */
public final class SlotQueue<T> {

  private final int slots;
  private final Deployment.Queue bounds;
  private final Map<T, Long> running = new LinkedHashMap<>();
  private final Map<T, Long> waiting = new LinkedHashMap<>();
  private long waitingTokens;

  public SlotQueue(int slots, Deployment.Queue bounds) {
    this.slots = slots;
    this.bounds = bounds;
  }

  /** Whether there is neither a slot nor a place for so many tokens. */
  public boolean isFull(long tokens) {
    return running.size() >= slots
        && (waiting.size() >= bounds.maxRequests() || waitingTokens + tokens > bounds.maxTokens());
  }

  /**
   * Takes a slot, or a place in the queue; returns whether it is a slot.
   *
   * @throws IllegalStateException if it is full
   */
  public boolean add(T entry, long tokens) {
    if (isFull(tokens)) {
      throw new IllegalStateException("full");
    }
    if (running.size() < slots) {
      running.put(entry, tokens);
      return true;
    }
    waiting.put(entry, tokens);
    waitingTokens += tokens;
    return false;
  }

  /** Gives up a slot or a place; returns who gets the slot that became free. */
  public Optional<T> remove(T entry) {
    Long waited = waiting.remove(entry);
    if (waited != null) {
      waitingTokens -= waited;
      return Optional.empty();
    }
    if (running.remove(entry) == null || waiting.isEmpty()) {
      return Optional.empty();
    }
    Map.Entry<T, Long> next = waiting.entrySet().iterator().next();
    waiting.remove(next.getKey());
    waitingTokens -= next.getValue();
    running.put(next.getKey(), next.getValue());
    return Optional.of(next.getKey());
  }

  public int slots() {
    return slots;
  }

  /** What runs and what waits. */
  public int size() {
    return running.size() + waiting.size();
  }

  public boolean isEmpty() {
    return size() == 0;
  }

  public int running() {
    return running.size();
  }

  public int waiting() {
    return waiting.size();
  }
}
