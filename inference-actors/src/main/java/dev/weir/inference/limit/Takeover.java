package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a new owner comes to know what is outstanding. It makes the copies promise themselves to its
 * term and reads them. Once it has read so many that one of them must have the last books by which
 * anything was granted, it goes on with those. Where no copy ever was it begins with nothing. Else
 * it waits out whatever may be outstanding. Not thread safe.
 */
final class Takeover {

  /** How long it hopes for enough copies. */
  private static final long PATIENCE = 5_000_000_000L;

  private record Copy(@Nullable Snapshot snapshot, long quiet) {}

  private final Limit limit;
  private final long began;
  private final Map<String, Copy> copies = new HashMap<>();

  Takeover(Limit limit, long now) {
    this.limit = limit;
    this.began = now;
  }

  /**
   * A node has promised itself, and tells what it holds.
   *
   * @param quiet for how long no node has left that it knew of
   */
  void read(String node, @Nullable Snapshot snapshot, long quiet) {
    copies.put(node, new Copy(snapshot, quiet));
  }

  boolean hasRead(String node) {
    return copies.containsKey(node);
  }

  /** The books to go on with, once that is clear. */
  Optional<Grants> decide(Set<String> nodes, long now) {
    boolean all = copies.keySet().containsAll(nodes);
    if (nodes.isEmpty() || !(all || now - began >= PATIENCE)) {
      return Optional.empty();
    }
    Snapshot last = last();
    if (last != null && isTold(last.nodes()) && isTold(last.base())) {
      Grants known = new Grants(limit, Ledger.of(last, now), Pace.busy(now), now);
      known.pause(last.pause(), now);
      return Optional.of(known);
    }
    if (last == null && all && isFirst()) {
      return Optional.of(new Grants(limit, new Ledger(), Pace.unused(now), now));
    }
    if (now - began < PATIENCE) {
      return Optional.empty();
    }
    Ledger unknown = new Ledger();
    unknown.block(limit, now);
    return Optional.of(new Grants(limit, unknown, Pace.busy(now), now));
  }

  /** The last books that were read. */
  @Nullable Snapshot last() {
    Snapshot last = null;
    for (Copy copy : copies.values()) {
      Snapshot snapshot = copy.snapshot();
      if (snapshot != null && (last == null || snapshot.isAfter(last))) {
        last = snapshot;
      }
    }
    return last;
  }

  /** Whether a majority of {@code holders} cannot know more than those who were read. */
  private boolean isTold(List<String> holders) {
    long read = holders.stream().filter(copies::containsKey).count();
    return read >= holders.size() - holders.size() / 2;
  }

  /** Whether nobody who knew more can have sent anything that still counts. */
  private boolean isFirst() {
    long lost = Ledger.lost(limit.window().toNanos());
    return copies.values().stream().allMatch(copy -> copy.quiet() > lost);
  }
}
