package dev.weir.inference.batch;

import dev.weir.inference.catalog.Batching;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The calls that wait and can be mixed. Users take turns, as many inputs a turn as their weight; a
 * user's own calls go in their order. Plain state of one {@link Gathering}.
 */
final class Lane<T> {

  private final Batching limits;
  private final LinkedHashMap<String, Deque<Waiting<T>>> turns = new LinkedHashMap<>();
  private final LinkedHashSet<Waiting<T>> arrivals = new LinkedHashSet<>();
  private int inputs;
  private long tokens;

  Lane(Batching limits) {
    this.limits = limits;
  }

  void add(Waiting<T> call) {
    turns.computeIfAbsent(call.user, user -> new ArrayDeque<>()).add(call);
    arrivals.add(call);
    inputs += call.inputsLeft();
    tokens += call.tokensLeft();
  }

  void remove(Waiting<T> call) {
    if (arrivals.remove(call)) {
      inputs -= call.inputsLeft();
      tokens -= call.tokensLeft();
      turns.computeIfPresent(
          call.user,
          (user, calls) -> {
            calls.remove(call);
            return calls.isEmpty() ? null : calls;
          });
    }
  }

  boolean isEmpty() {
    return arrivals.isEmpty();
  }

  /** Whether what waits fills a batch. */
  boolean isFull() {
    return inputs >= limits.maxSize() || tokens >= limits.maxTokens();
  }

  long tokens() {
    return tokens;
  }

  /** When the first of what waits came. */
  long since() {
    return arrivals.getFirst().since;
  }

  /** What is being put together: room that is left, and where each call's slice begins. */
  private final class Taking {
    private int room = limits.maxSize();
    private long tokensLeft = limits.maxTokens();
    private final Map<Waiting<T>, Integer> begins = new LinkedHashMap<>();

    /** Takes the call's next input if it fits; the first always does. */
    boolean take(Waiting<T> call) {
      if (room == 0 || (!begins.isEmpty() && call.tokens() > tokensLeft)) {
        return false;
      }
      room--;
      tokensLeft -= call.tokens();
      inputs--;
      tokens -= call.tokens();
      begins.putIfAbsent(call, call.next());
      call.take();
      return true;
    }

    List<Slice<T>> slices() {
      List<Slice<T>> slices = new ArrayList<>(begins.size());
      begins.forEach((call, from) -> slices.add(new Slice<>(call.call, from, call.next())));
      return slices;
    }
  }

  /** Takes a batch out. */
  List<Slice<T>> take() {
    Taking taking = new Taking();
    while (!turns.isEmpty() && turn(taking)) {}
    return taking.slices();
  }

  /** Lets the first user take its turn; false when the batch is full. */
  private boolean turn(Taking taking) {
    Map.Entry<String, Deque<Waiting<T>>> first = turns.pollFirstEntry();
    Deque<Waiting<T>> calls = first.getValue();
    int taken = 0;
    boolean fits = true;
    for (int left = calls.getFirst().weight; left > 0 && !calls.isEmpty() && fits; left--) {
      Waiting<T> call = calls.getFirst();
      fits = taking.take(call);
      if (fits) {
        taken++;
      }
      if (call.isEmpty()) {
        arrivals.remove(calls.removeFirst());
      }
    }
    if (!calls.isEmpty()) {
      if (taken > 0) {
        turns.putLast(first.getKey(), calls);
      } else {
        turns.putFirst(first.getKey(), calls);
      }
    }
    return fits;
  }
}
