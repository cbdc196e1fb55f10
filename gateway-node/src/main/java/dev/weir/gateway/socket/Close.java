package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;

/** Why a socket is closed from this side (RFC 6455, section 7.4). */
enum Close {
  /** It has been open for as long as a socket may be. */
  LIMIT(1008, "websocket_connection_limit_reached"),
  /** The node is leaving. */
  DRAINING(1001, "draining"),
  /** A message is larger than {@code weir.http.max-body}. */
  TOO_LARGE(1009, "message_too_large");

  private final int code;
  private final String reason;

  Close(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  int code() {
    return code;
  }

  String reason() {
    return reason;
  }

  /** What a turn is told that comes too late, and for a reached limit the socket's last word. */
  WeirError error() {
    return switch (this) {
      case LIMIT ->
          new WeirError.InvalidRequest(
              reason, "This connection has reached its longest life; open a new one.", null);
      case DRAINING ->
          new WeirError.Unavailable(
              reason, "This node is leaving; open a new connection.", Duration.ofSeconds(1));
      case TOO_LARGE ->
          new WeirError.TooLarge(
              reason, "The message is larger than this node accepts (weir.http.max-body).");
    };
  }
}
