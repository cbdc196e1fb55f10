package dev.weir.inference.provider.anthropic;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Complaint;
import dev.weir.inference.provider.upstream.ErrorWords;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Translates what the upstream says went wrong, once. Of its words only the type is looked at,
 * except for a context that is too long, which it tells in its message alone.
 */
final class AnthropicError {

  private static final Pattern TOO_LONG =
      Pattern.compile("prompt is too long|exceeds? (the )?context|context window");

  /** The HTTP status that an error inside a stream stands for. */
  private static final Map<String, Integer> STATUS =
      Map.of(
          "invalid_request_error", 400,
          "authentication_error", 401,
          "billing_error", 402,
          "permission_error", 403,
          "not_found_error", 404,
          "request_too_large", 413,
          "rate_limit_error", 429,
          "api_error", 500,
          "timeout_error", 504,
          "overloaded_error", 529);

  static final ErrorWords WORDS = new ErrorWords(STATUS, AnthropicError::translate);

  private AnthropicError() {}

  private static WeirError translate(int status, Duration retryAfter, Complaint complaint) {
    boolean tooLong = status == 413 || (status == 400 && complaint.says(TOO_LONG));
    return tooLong ? UpstreamError.contextLength() : complaint.error(status, retryAfter);
  }
}
