package dev.weir.inference.cache;

import dev.weir.cluster.serialization.WireMessage;
import java.time.Duration;

/**
 * Says of a call that its answer may be shared, and how.
 *
 * @param key the same for calls that may have the same answer, and for no others; tells nothing of
 *     what is asked
 * @param model as it was asked for
 * @param deployment that answers
 * @param tag the request's own word to invalidate by; empty for none
 * @param refresh whether an answer that is there, or under way, must not be used
 * @param ttlMillis how long the answer may be used
 */
public record CacheOrder(
    String key, String model, String deployment, String tag, boolean refresh, long ttlMillis)
    implements WireMessage {

  Duration ttl() {
    return Duration.ofMillis(ttlMillis);
  }

  /** The same, for an answer that may be used for no longer than {@code left}. */
  public CacheOrder within(Duration left) {
    return new CacheOrder(
        key, model, deployment, tag, refresh, Math.min(ttlMillis, left.toMillis()));
  }
}
