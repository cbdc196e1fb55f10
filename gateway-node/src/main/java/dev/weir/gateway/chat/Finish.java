package dev.weir.gateway.chat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.response.Response;
import java.time.Duration;
import java.util.Optional;

/** How a response's end reads in the words of chat completions. */
final class Finish {

  static final String STOP = "stop";

  private Finish() {}

  /** The {@code finish_reason} of a response that did not fail. */
  static String reason(Response response) {
    if (response.status() == Response.Status.INCOMPLETE) {
      return "content_filter".equals(response.incompleteReason()) ? "content_filter" : "length";
    }
    return response.said().anyMatch(Item.FunctionCall.class::isInstance) ? "tool_calls" : STOP;
  }

  /** What went wrong, where no {@code finish_reason} could tell it. */
  static Optional<WeirError> failure(Response response) {
    return switch (response.status()) {
      case FAILED ->
          Optional.of(
              response.error() == null
                  ? new WeirError.Internal("internal_error", "The response failed.")
                  : response.error());
      case CANCELLED -> Optional.of(brokenOff("cancelled"));
      case INCOMPLETE ->
          switch (String.valueOf(response.incompleteReason())) {
            case "max_output_tokens", "max_output_bytes", "content_filter" -> Optional.empty();
            default -> Optional.of(brokenOff(String.valueOf(response.incompleteReason())));
          };
      case QUEUED, IN_PROGRESS, COMPLETED -> Optional.empty();
    };
  }

  private static WeirError brokenOff(String reason) {
    return new WeirError.Unavailable(
        reason, "The answer was broken off (" + reason + "); ask again.", Duration.ofSeconds(1));
  }
}
