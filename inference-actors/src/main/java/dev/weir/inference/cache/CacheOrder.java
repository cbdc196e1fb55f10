package dev.weir.inference.cache;

import dev.weir.cluster.serialization.WireMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
 * @param question where the answer to a like question may do; null where it may not
 */
public record CacheOrder(
    String key,
    String model,
    String deployment,
    String tag,
    boolean refresh,
    long ttlMillis,
    @Nullable Question question)
    implements WireMessage {

  /** Of a call that only equal ones share. */
  public CacheOrder(
      String key, String model, String deployment, String tag, boolean refresh, long ttlMillis) {
    this(key, model, deployment, tag, refresh, ttlMillis, null);
  }

  /** The same for calls that must meet on one node. */
  public String place() {
    return question == null ? key : question.kin();
  }

  Duration ttl() {
    return Duration.ofMillis(ttlMillis);
  }

  /** The same, for an answer that may be used for no longer than {@code left}. */
  public CacheOrder within(Duration left) {
    return new CacheOrder(
        key, model, deployment, tag, refresh, Math.min(ttlMillis, left.toMillis()), question);
  }
}
