package dev.weir.cluster.conduit;

/** The peer said what it may not say; the link is closed. */
final class ProtocolViolation extends RuntimeException {

  ProtocolViolation(String message) {
    super(message, null, false, false);
  }
}
