package dev.weir.inference.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.typesafe.config.Config;
import dev.weir.cluster.telemetry.Metrics;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole answers that a node keeps, up to a number of bytes, each for its own time. What was
 * used lately and often stays longest. Thread safe.
 */
public final class AnswerCache {

  private record Kept(CacheOrder order, Replay answer, LongAdder hits) {}

  private final Cache<String, Kept> kept;
  private final Metrics.Held held = new Metrics.Held();
  private final AnswerStore store;
  private final Likeness likeness;

  /** An empty cache with no store behind it, and little room for vectors. */
  public AnswerCache(long bytes, LongSupplier nanos) {
    this(bytes, 1 << 20, nanos, AnswerStore.NONE);
  }

  /**
   * An empty cache.
   *
   * @param bytes how much it holds; 0 for nothing
   * @param vectors how many bytes the vectors of its questions take
   * @param store what stands behind it; whoever looks here looks there next
   */
  public AnswerCache(long bytes, long vectors, LongSupplier nanos, AnswerStore store) {
    this.store = store;
    this.likeness = new Likeness(vectors);
    kept =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher((String key, Kept entry) -> weight(entry))
            .expireAfter(Expiry.<String, Kept>creating((key, entry) -> entry.order().ttl()))
            .ticker(nanos::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** An empty cache of {@code weir.cache.size}. */
  public static AnswerCache from(Config weir, AnswerStore store) {
    return new AnswerCache(
        weir.getMemorySize("cache.size").toBytes(),
        weir.getMemorySize("cache.vectors").toBytes(),
        System::nanoTime,
        store);
  }

  public AnswerStore store() {
    return store;
  }

  /** Where the questions of its answers lie; what is there may be gone here. */
  public Likeness likeness() {
    return likeness;
  }

  private static int weight(Kept entry) {
    return (int) Math.min(Integer.MAX_VALUE, entry.answer().size());
  }

  /** The answer under {@code key}; null when there is none. It counts as a hit. */
  public @Nullable Replay find(String key) {
    Kept entry = kept.getIfPresent(key);
    if (entry == null) {
      return null;
    }
    entry.hits().increment();
    return entry.answer();
  }

  /** Keeps an answer, in place of one under the same key. */
  public void keep(CacheOrder order, Replay answer) {
    kept.asMap().remove(order.key());
    kept.put(order.key(), new Kept(order, answer, new LongAdder()));
    tell();
  }

  /** Forgets what {@code selection} names; returns how many answers those were. */
  public int remove(Selection selection) {
    List<String> keys =
        kept.asMap().values().stream()
            .map(Kept::order)
            .filter(selection::includes)
            .map(CacheOrder::key)
            .toList();
    kept.invalidateAll(keys);
    tell();
    return keys.size();
  }

  /** What is kept of one model, and how often that was used. */
  public record Count(long entries, long bytes, long hits) {

    public Count plus(Count other) {
      return new Count(entries + other.entries, bytes + other.bytes, hits + other.hits);
    }
  }

  /** What is kept, by model, in the order of their names. */
  public Map<String, Count> census() {
    tell();
    Map<String, Count> counts = new TreeMap<>(Comparator.naturalOrder());
    kept.asMap()
        .values()
        .forEach(
            entry ->
                counts.merge(
                    entry.order().model(),
                    new Count(1, weight(entry), entry.hits().sum()),
                    Count::plus));
    return counts;
  }

  private void tell() {
    kept.cleanUp();
    held.update(
        kept.estimatedSize(),
        kept.policy().eviction().map(size -> size.weightedSize().orElse(0)).orElse(0L));
  }
}
