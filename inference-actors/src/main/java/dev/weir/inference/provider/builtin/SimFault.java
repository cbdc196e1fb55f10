package dev.weir.inference.provider.builtin;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One way an upstream misbehaves, written {@code kind} or {@code kind@N}.
 *
 * @param after tokens that still come as they should
 */
public record SimFault(Kind kind, int after) {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** What goes wrong. */
  public enum Kind {
    /** The connection is lost after N tokens. */
    DROP,
    /** Silence after N tokens, for ever. */
    STALL,
    /** Ten times slower after N tokens. */
    SLOW,
    /** Something that is no token after N tokens. */
    MALFORMED,
    /** 429 with a time to retry after. */
    RATE_LIMIT,
    /** 500. */
    SERVER_ERROR,
    /** 401: the deployment's key is refused. */
    BAD_KEY,
    /** 400: the input does not fit. */
    CONTEXT_OVERFLOW,
    /** Goes on generating after the cancel, for nobody. */
    IGNORE_CANCEL;

    private boolean counts() {
      return switch (this) {
        case DROP, STALL, SLOW, MALFORMED -> true;
        case RATE_LIMIT, SERVER_ERROR, BAD_KEY, CONTEXT_OVERFLOW, IGNORE_CANCEL -> false;
      };
    }
  }

  /** A fault that befalls a call with this probability. */
  public record Chance(SimFault fault, double probability) {}

  /** Reads {@code drop@10} or {@code rate_limit}; empty when it is neither. */
  public static Optional<SimFault> parse(String text) {
    int at = text.indexOf('@');
    String name = at < 0 ? text : text.substring(0, at);
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
        if (at < 0) {
          return Optional.of(new SimFault(kind, 0));
        }
        String count = text.substring(at + 1);
        return kind.counts() && count.matches("[0-9]{1,9}")
            ? Optional.of(new SimFault(kind, Integer.parseInt(count)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The form {@link #parse} reads. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind.counts() ? name + "@" + after : name;
  }

  /** The refusal before any token, or null. */
  @Nullable WeirError refusal() {
    return switch (kind) {
      case RATE_LIMIT -> UpstreamError.rateLimited(RETRY_AFTER);
      case SERVER_ERROR -> UpstreamError.server();
      case BAD_KEY -> UpstreamError.auth();
      case CONTEXT_OVERFLOW -> UpstreamError.contextLength();
      case DROP, STALL, SLOW, MALFORMED, IGNORE_CANCEL -> null;
    };
  }

  /** What breaks the stream after {@code tokens} tokens, or null. */
  @Nullable WeirError breakAfter(int tokens) {
    return switch (kind) {
      case DROP -> tokens >= after ? UpstreamError.closed() : null;
      case MALFORMED -> tokens >= after ? UpstreamError.malformed() : null;
      case STALL, SLOW, RATE_LIMIT, SERVER_ERROR, BAD_KEY, CONTEXT_OVERFLOW, IGNORE_CANCEL -> null;
    };
  }
}
