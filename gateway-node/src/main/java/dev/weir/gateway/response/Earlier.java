package dev.weir.gateway.response;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.response.ResponseId;
import java.util.Optional;

/** A request was not run, because an earlier one with its key was. */
final class Earlier extends RuntimeException {

  private final transient ResponseId first;

  Earlier(ResponseId first) {
    super("idempotency_key", null, false, false);
    this.first = first;
  }

  /** The earlier request's response, where that is what {@code failure} tells. */
  static Optional<ResponseId> in(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Earlier earlier) {
        return Optional.of(earlier.first);
      }
    }
    return Optional.empty();
  }

  /** The key stands for a response that is no more: it was deleted, or never stored. */
  static RuntimeException gone() {
    return new WeirError.Conflict(
            "idempotency_key_used",
            "The response of this Idempotency-Key is no longer kept; use a new key to ask again.")
        .asException();
  }
}
