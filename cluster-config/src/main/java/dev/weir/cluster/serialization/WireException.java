package dev.weir.cluster.serialization;

/** A value that cannot cross nodes, or bytes that cannot be read. The message names the remedy. */
public final class WireException extends RuntimeException {

  public WireException(String message) {
    super(message);
  }

  public WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
