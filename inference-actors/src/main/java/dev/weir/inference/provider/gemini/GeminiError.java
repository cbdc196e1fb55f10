package dev.weir.inference.provider.gemini;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Complaint;
import dev.weir.inference.provider.upstream.ErrorWords;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Translates what the upstream says went wrong, once. Of its words only codes are looked at, except
 * for a context that is too long, which it tells in its message alone. A key that does not exist is
 * an invalid argument there, and known by its reason.
 */
final class GeminiError {

  private static final Pattern TOO_LONG =
      Pattern.compile("exceeds the maximum number of (input )?tokens|input token count");
  private static final String BAD_KEY = "API_KEY_INVALID";

  /** The HTTP status that an error inside a stream stands for, where it has no code. */
  private static final Map<String, Integer> STATUS =
      Map.of(
          "INVALID_ARGUMENT", 400,
          "FAILED_PRECONDITION", 400,
          "UNAUTHENTICATED", 401,
          "PERMISSION_DENIED", 403,
          "NOT_FOUND", 404,
          "RESOURCE_EXHAUSTED", 429,
          "INTERNAL", 500,
          "UNAVAILABLE", 503,
          "DEADLINE_EXCEEDED", 504);

  static final ErrorWords WORDS = new ErrorWords(STATUS, GeminiError::translate);

  private GeminiError() {}

  private static WeirError translate(int status, Duration retryAfter, Complaint complaint) {
    if (status == 400 && complaint.reason().equals(BAD_KEY)) {
      return UpstreamError.auth();
    }
    if (status == 400 && complaint.says(TOO_LONG)) {
      return UpstreamError.contextLength();
    }
    return complaint.error(status, retryAfter.isZero() ? complaint.delay() : retryAfter);
  }
}
