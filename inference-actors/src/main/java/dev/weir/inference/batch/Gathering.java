package dev.weir.inference.batch;

import dev.weir.inference.catalog.Batching;
import dev.weir.inference.catalog.Deployment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the calls of one deployment on one node into batches, by size and by time.
 *
 * <p>While no batch is with the upstream, what waits goes at once: an idle deployment waits for
 * nobody. While one is, others are gathered until a batch is full or the first has waited {@code
 * max-wait}; never more batches are under way than there are slots. Calls that ask for different
 * dimensions are not mixed; a call may be larger than a batch and goes in several. What does not
 * fit the queue's bounds is refused, not kept.
 *
 * <p>Plain state for one actor; not thread safe. Times are nanoseconds of a clock that only moves
 * forward.
 *
 * @param <T> a call; compared by {@code equals}
 */
public final class Gathering<T> {

  private final Batching limits;
  private final int slots;
  private final Deployment.Queue bounds;
  private final boolean patient;
  private final Map<Integer, Lane<T>> lanes = new LinkedHashMap<>();
  private final Map<T, Waiting<T>> waiting = new HashMap<>();
  private final Map<T, Long> expected = new HashMap<>();
  private final List<Batch<T>> apart = new ArrayList<>();
  private long tokens;
  private int running;

  public Gathering(Batching limits, int slots, Deployment.Queue bounds) {
    this(limits, slots, bounds, false);
  }

  private Gathering(Batching limits, int slots, Deployment.Queue bounds, boolean patient) {
    this.limits = limits;
    this.slots = slots;
    this.bounds = bounds;
    this.patient = patient;
  }

  /** One that gathers for {@code max-wait} also while nothing is with the upstream. */
  public static <T> Gathering<T> patient(Batching limits, int slots, Deployment.Queue bounds) {
    return new Gathering<>(limits, slots, bounds, true);
  }

  /** Whether there is no place for a call of so many tokens. */
  public boolean isFull(long more) {
    boolean crowded = running >= slots || calls() >= limits.maxSize();
    return crowded && (calls() >= bounds.maxRequests() || tokens + more > bounds.maxTokens());
  }

  /** Keeps a place for a call whose inputs are on their way. */
  public void expect(T call, long itsTokens) {
    expected.put(call, itsTokens);
    tokens += itsTokens;
  }

  /**
   * Takes a call in that was expected.
   *
   * @param weight how many inputs are its user's turn
   * @param inputs the tokens of each of its inputs
   */
  public void add(T call, int dimensions, String user, int weight, long[] inputs, long now) {
    forget(call);
    Waiting<T> come = new Waiting<>(call, dimensions, user, Math.max(1, weight), inputs, now);
    tokens += come.tokensLeft();
    waiting.put(call, come);
    lanes.computeIfAbsent(dimensions, mix -> new Lane<>(limits)).add(come);
  }

  private void forget(T call) {
    @Nullable Long kept = expected.remove(call);
    tokens -= kept == null ? 0 : kept;
  }

  /** Takes out what has not been sent of a call. */
  public void remove(T call) {
    forget(call);
    apart.replaceAll(batch -> batch.without(call));
    apart.removeIf(batch -> batch.slices().isEmpty());
    @Nullable Waiting<T> gone = waiting.remove(call);
    if (gone != null) {
      tokens -= gone.tokensLeft();
      Lane<T> lane = lanes.get(gone.dimensions);
      lane.remove(gone);
      if (lane.isEmpty()) {
        lanes.remove(gone.dimensions);
      }
    }
  }

  /** The batch to send now, if there is one; to be asked until there is none. */
  public Optional<Batch<T>> next(long now) {
    if (running >= slots) {
      return Optional.empty();
    }
    if (!apart.isEmpty()) {
      running++;
      return Optional.of(apart.removeFirst());
    }
    return ready(now).map(this::take);
  }

  private Optional<Integer> ready(long now) {
    Comparator<Map.Entry<Integer, Lane<T>>> bySince =
        Comparator.comparingLong(lane -> lane.getValue().since() - now);
    Optional<Map.Entry<Integer, Lane<T>>> oldest = lanes.entrySet().stream().min(bySince);
    boolean due =
        oldest.isPresent()
            && ((running == 0 && !patient)
                || now - oldest.get().getValue().since() >= limits.maxWait().toNanos());
    return (due
            ? oldest
            : lanes.entrySet().stream().filter(lane -> lane.getValue().isFull()).min(bySince))
        .map(Map.Entry::getKey);
  }

  private Batch<T> take(int dimensions) {
    Lane<T> lane = lanes.get(dimensions);
    Batch<T> batch = new Batch<>(dimensions, lane.take());
    running++;
    for (Slice<T> slice : batch.slices()) {
      waiting.computeIfPresent(slice.call(), (call, rest) -> rest.isEmpty() ? null : rest);
    }
    tokens = remaining();
    if (lane.isEmpty()) {
      lanes.remove(dimensions);
    }
    return batch;
  }

  private long remaining() {
    long left = expected.values().stream().mapToLong(kept -> kept).sum();
    return left + lanes.values().stream().mapToLong(Lane::tokens).sum();
  }

  /** When there will be a batch to send although nothing else happens. */
  public OptionalLong due() {
    return running >= slots
        ? OptionalLong.empty()
        : lanes.values().stream()
            .mapToLong(lane -> lane.since() + limits.maxWait().toNanos())
            .min();
  }

  /** A batch is with the upstream no more. */
  public void ended() {
    running--;
  }

  /**
   * A batch of several calls was refused: its halves go again, before all others. So the one whose
   * fault it is comes to stand alone after a few calls.
   */
  public void split(Batch<T> refused) {
    apart.addAll(refused.halves());
  }

  /** Calls of which something waits, or that are expected. */
  public int calls() {
    return waiting.size() + expected.size();
  }

  /** Batches that are with the upstream. */
  public int running() {
    return running;
  }
}
