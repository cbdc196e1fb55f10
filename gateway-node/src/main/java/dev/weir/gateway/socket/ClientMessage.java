package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import org.jspecify.annotations.Nullable;

/** What a client may say on a socket. */
sealed interface ClientMessage {

  /** Asks for a response. */
  record Create(Turn turn) implements ClientMessage {}

  /**
   * Stops a response: the one named, the turn whose message is named, or with neither the running
   * one.
   */
  record Cancel(@Nullable String responseId, @Nullable String eventId) implements ClientMessage {}

  /** Cannot be understood; the socket stays open. */
  record Bad(WeirError error, @Nullable String streamId) implements ClientMessage {}

  /** Cannot be taken; the socket is closed. */
  record TooLarge() implements ClientMessage {}
}
