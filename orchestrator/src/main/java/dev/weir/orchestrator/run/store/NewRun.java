package dev.weir.orchestrator.run.store;

import dev.weir.orchestrator.response.Caller;
import java.time.Instant;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A response as it is accepted, in epoch 0.
 *
 * @param id the response's
 * @param parent the response it continues
 * @param host the incarnation of the host that runs it
 * @param createdAt to the millisecond
 * @param request opaque to the store
 */
public record NewRun(
    Caller owner,
    String id,
    String conversation,
    @Nullable String parent,
    String model,
    boolean background,
    long host,
    Instant createdAt,
    ByteString request) {

  /** Tells nothing of the request. */
  @Override
  public String toString() {
    return "NewRun[%s, %s, model=%s, host=%d]".formatted(id, owner, model, host);
  }
}
