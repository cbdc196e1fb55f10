package dev.weir.gateway.chat;

import dev.weir.orchestrator.response.ResponseRequest;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A chat completion as it was asked for.
 *
 * @param request the same as a request for a response that is not stored
 * @param includeUsage whether a stream ends with its usage
 * @param stop texts that end the answer before they appear in it
 */
public record ChatRequest(
    ResponseRequest request, boolean stream, boolean includeUsage, List<String> stop) {

  public ChatRequest {
    stop = List.copyOf(stop);
  }

  /** The same, asking for something else. */
  public ChatRequest map(UnaryOperator<ResponseRequest> change) {
    return new ChatRequest(change.apply(request), stream, includeUsage, stop);
  }
}
