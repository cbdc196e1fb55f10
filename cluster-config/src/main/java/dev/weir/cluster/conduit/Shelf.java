package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Keeps bytes for others to fetch: until they are released, for a fixed time at most, and no more
 * than fits. Thread safe.
 */
final class Shelf {

  /** What becomes of bytes to be kept. */
  sealed interface Placing {}

  /** They are kept under this number. */
  record Kept(long id) implements Placing {}

  /** They are not. */
  record Full(WeirError error) implements Placing {}

  /**
   * One value.
   *
   * @param once whether nobody opens it a second time
   */
  private record Piece(ByteString bytes, boolean once, long until) {}

  private final long capacity;
  private final long lifetime;
  private final Map<Long, Piece> pieces = new LinkedHashMap<>();
  private long used;
  private long lastId;

  Shelf(long capacity, long lifetime) {
    this.capacity = capacity;
    this.lifetime = lifetime;
  }

  /** Keeps the bytes if there is room. */
  synchronized Placing put(ByteString bytes, boolean once, long now) {
    sweep(now);
    if (bytes.size() > capacity) {
      return new Full(tooLarge());
    }
    if (bytes.size() > capacity - used) {
      return new Full(full(roomAt(bytes.size()) - now));
    }
    used += bytes.size();
    pieces.put(++lastId, new Piece(bytes, once, now + lifetime));
    return new Kept(lastId);
  }

  /** When enough will have expired, at the latest. */
  private long roomAt(long size) {
    long room = capacity - used;
    for (Piece oldest : pieces.values()) {
      room += oldest.bytes().size();
      if (room >= size) {
        return oldest.until();
      }
    }
    throw new IllegalStateException("More than the shelf takes: " + size);
  }

  synchronized @Nullable ByteString get(long id, long now) {
    sweep(now);
    Piece found = pieces.get(id);
    return found == null ? null : found.bytes();
  }

  /** They have reached one who opens them: what was for one is dropped. */
  synchronized void opened(long id) {
    Piece found = pieces.get(id);
    if (found != null && found.once()) {
      release(id);
    }
  }

  /** Drops them before their time. */
  synchronized void release(long id) {
    Piece found = pieces.remove(id);
    if (found != null) {
      used -= found.bytes().size();
    }
  }

  /** Drops what is past its time: the oldest are first. */
  synchronized void sweep(long now) {
    Iterator<Piece> oldest = pieces.values().iterator();
    while (oldest.hasNext()) {
      Piece next = oldest.next();
      if (next.until() > now) {
        return;
      }
      used -= next.bytes().size();
      oldest.remove();
    }
  }

  private static WeirError full(long nanos) {
    return new WeirError.Unavailable(
        "parcels_full",
        "This node holds as many bytes for others to fetch as weir.conduit.parcels.total allows.",
        Duration.ofNanos(nanos));
  }

  private static WeirError tooLarge() {
    return new WeirError.TooLarge(
        "parcel_too_large", "The value takes more bytes than weir.conduit.parcels.total allows.");
  }
}
