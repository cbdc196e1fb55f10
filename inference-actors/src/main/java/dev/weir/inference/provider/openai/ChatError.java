package dev.weir.inference.provider.openai;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Complaint;
import dev.weir.inference.provider.upstream.ErrorWords;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Translates what an upstream says went wrong, once. Of its words only codes are looked at, except
 * for a context that is too long: vLLM tells that in its message alone.
 */
final class ChatError {

  private static final Pattern TOO_LONG =
      Pattern.compile(
          "maximum context length|context (size|length|window)|context_length|prompt is too long");
  private static final Set<String> TOO_LONG_CODES =
      Set.of("context_length_exceeded", "exceed_context_size_error");
  private static final Set<String> FILTERED = Set.of("content_filter", "content_policy_violation");

  /** The HTTP status that an error inside a stream stands for. */
  private static final Map<String, Integer> STATUS =
      Map.ofEntries(
          Map.entry("rate_limit_exceeded", 429),
          Map.entry("rate_limit_error", 429),
          Map.entry("insufficient_quota", 429),
          Map.entry("overloaded_error", 503),
          Map.entry("invalid_api_key", 401),
          Map.entry("authentication_error", 401),
          Map.entry("model_not_found", 404),
          Map.entry("context_length_exceeded", 400),
          Map.entry("invalid_request_error", 400),
          Map.entry("content_filter", 400));

  static final ErrorWords WORDS = new ErrorWords(STATUS, ChatError::translate);

  private ChatError() {}

  private static WeirError translate(int status, Duration retryAfter, Complaint complaint) {
    if (status == 400 || status == 413 || status == 422) {
      if (TOO_LONG_CODES.contains(complaint.code())
          || TOO_LONG_CODES.contains(complaint.type())
          || complaint.says(TOO_LONG)) {
        return UpstreamError.contextLength();
      }
      if (FILTERED.contains(complaint.code())) {
        return UpstreamError.contentFilter();
      }
    }
    return complaint.error(status, retryAfter);
  }
}
