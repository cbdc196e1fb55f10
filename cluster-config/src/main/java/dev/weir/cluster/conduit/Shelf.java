package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Keeps bytes for others to fetch: for a fixed time, and no more than fits. Thread safe. */
final class Shelf {

  private record Kept(ByteString bytes, long until) {}

  private final long capacity;
  private final long lifetime;
  private final Map<Long, Kept> kept = new LinkedHashMap<>();
  private long used;
  private long lastId;

  Shelf(long capacity, long lifetime) {
    this.capacity = capacity;
    this.lifetime = lifetime;
  }

  /** Keeps the bytes and returns their number; fails with {@code parcels_full}. */
  synchronized long put(ByteString bytes, long now) {
    sweep(now);
    if (bytes.size() > capacity - used) {
      throw new WeirError.Unavailable(
              "parcels_full",
              "This node holds as many bytes for others to fetch as weir.conduit.parcels.total"
                  + " allows.",
              Duration.ofSeconds(1))
          .asException();
    }
    used += bytes.size();
    kept.put(++lastId, new Kept(bytes, now + lifetime));
    return lastId;
  }

  synchronized @Nullable ByteString get(long id, long now) {
    sweep(now);
    Kept found = kept.get(id);
    return found == null ? null : found.bytes();
  }

  /** Drops what is past its time: the oldest are first. */
  synchronized void sweep(long now) {
    Iterator<Kept> oldest = kept.values().iterator();
    while (oldest.hasNext()) {
      Kept next = oldest.next();
      if (next.until() > now) {
        return;
      }
      used -= next.bytes().size();
      oldest.remove();
    }
  }
}
