package dev.weir.cluster.error;

/**
 * Carries a {@link WeirError} where Java needs a throwable. Has no stack trace: it is an answer.
 */
public final class WeirException extends RuntimeException {

  private final transient WeirError error;

  public WeirException(WeirError error) {
    super(error.code() + ": " + error.message(), null, false, false);
    this.error = error;
  }

  public WeirError error() {
    return error;
  }
}
