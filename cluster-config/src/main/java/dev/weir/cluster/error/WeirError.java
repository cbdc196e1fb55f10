package dev.weir.cluster.error;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One failure, in words a client can act on. The kind decides the HTTP status and whether a retry
 * can help; nothing in Weir depends on the text of a message.
 *
 * <p>Immutable; crosses nodes and is stored with failed responses.
 *
 * @see WeirException
 */
public sealed interface WeirError {

  /** A stable, machine-readable name such as {@code context_length_exceeded}. */
  String code();

  /** Names the field, the value and the remedy. Never a prompt, an answer or a key. */
  String message();

  /** The request can never succeed as it stands; {@code param} names the offending field. */
  record InvalidRequest(String code, String message, @Nullable String param) implements WeirError {}

  /** No credentials, or credentials nobody knows. */
  record Unauthorized(String code, String message) implements WeirError {}

  /** Known caller, forbidden deed. */
  record Forbidden(String code, String message) implements WeirError {}

  /** Absent, or somebody else's: the two are not told apart. */
  record NotFound(String code, String message) implements WeirError {}

  /** Clashes with something in progress. */
  record Conflict(String code, String message) implements WeirError {}

  /** The body is larger than this node accepts. */
  record TooLarge(String code, String message) implements WeirError {}

  /** Over a limit; the same request may succeed after {@code retryAfter}. */
  record TooManyRequests(String code, String message, Duration retryAfter) implements WeirError {}

  /**
   * The upstream failed or broke its contract; {@code retryable} says whether an attempt may help,
   * {@code retryAfter} how long the upstream wants to be left alone (zero when it does not say).
   */
  record ModelFailed(String code, String message, boolean retryable, Duration retryAfter)
      implements WeirError {
    /** {@code retryAfter} was added later: a node that does not know it sends none. */
    public ModelFailed {
      retryAfter = Objects.requireNonNullElse(retryAfter, Duration.ZERO);
    }

    public ModelFailed(String code, String message, boolean retryable) {
      this(code, message, retryable, Duration.ZERO);
    }
  }

  /** Weir cannot serve this now: draining, overloaded, or a part of it is away. */
  record Unavailable(String code, String message, Duration retryAfter) implements WeirError {}

  /** The client does not want the answer any longer, as it said with its request. */
  record TimedOut(String code, String message) implements WeirError {}

  /** A defect or a lost host. */
  record Internal(String code, String message) implements WeirError {}

  /** Whether the same request may succeed when it is sent again. */
  default boolean retryable() {
    return switch (this) {
      case TooManyRequests limited -> true;
      case ModelFailed failed -> failed.retryable;
      case Unavailable unavailable -> true;
      case InvalidRequest no -> false;
      case Unauthorized no -> false;
      case Forbidden no -> false;
      case NotFound no -> false;
      case Conflict no -> false;
      case TooLarge no -> false;
      case TimedOut no -> false;
      case Internal no -> false;
    };
  }

  /** How long to leave alone what failed so; zero where nobody says. */
  default Duration retryAfter() {
    return Duration.ZERO;
  }

  /** Wraps this error to throw it or to fail a stream or future with it. */
  default WeirException asException() {
    return new WeirException(this);
  }

  /** The error inside {@code failure}, or an {@link Internal} that tells only its type. */
  static WeirError of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof WeirException weir) {
        return weir.error();
      }
    }
    return new Internal("internal_error", "Unexpected " + failure.getClass().getSimpleName() + ".");
  }

  static WeirError invalid(String param, String message) {
    return new InvalidRequest("invalid_value", message, param);
  }
}
