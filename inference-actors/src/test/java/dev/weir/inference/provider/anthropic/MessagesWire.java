package dev.weir.inference.provider.anthropic;

import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.Wire;
import java.io.IOException;
import java.util.Map;

/** Messages, as Anthropic streams them. */
final class MessagesWire implements Wire {

  @Override
  public String provider() {
    return "anthropic";
  }

  @Override
  public ProviderFactory factory(StreamingHttp http) {
    return new Anthropic(http);
  }

  @Override
  public String requestLine() {
    return "POST /v1/messages HTTP/1.1";
  }

  @Override
  public Map<String, String> requestHeaders() {
    return Map.of("x-api-key", KEY, "anthropic-version", "2023-06-01");
  }

  @Override
  public String modelLine() {
    return "GET /v1/models/m HTTP/1.1";
  }

  @Override
  public String model() {
    return "{\"type\":\"model\",\"id\":\"m\"}";
  }

  @Override
  public String begin() {
    return event(
            "message_start",
            "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"stop_reason\":null,"
                + "\"usage\":{\"input_tokens\":2,\"cache_creation_input_tokens\":1,\"cache_read_input_tokens\":2,\"output_tokens\":1}}")
        + ping()
        + event(
            "content_block_start",
            "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
  }

  @Override
  public String ping() {
    return event("ping", "");
  }

  @Override
  public String text(String text) {
    return delta(0, "\"type\":\"text_delta\",\"text\":\"" + text + "\"");
  }

  @Override
  public String thought(String text) {
    return delta(0, "\"type\":\"thinking_delta\",\"thinking\":\"" + text + "\"")
        + delta(0, "\"type\":\"signature_delta\",\"signature\":\"EqQB\"");
  }

  @Override
  public String call(int index, String name) {
    int block = index + 1;
    return event(
            "content_block_start",
            "\"index\":%1$d,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_%1$d\",\"name\":\"%2$s\",\"input\":{}}"
                .formatted(block, name))
        + delta(block, "\"type\":\"input_json_delta\",\"partial_json\":\"\"")
        + delta(block, "\"type\":\"input_json_delta\",\"partial_json\":\"{\"")
        + delta(block, "\"type\":\"input_json_delta\",\"partial_json\":\"}\"")
        + event("content_block_stop", "\"index\":" + block);
  }

  @Override
  public String end(FinishReason reason) {
    return end(reason, "");
  }

  @Override
  public String end(FinishReason reason, int outputTokens) {
    return end(reason, ",\"usage\":{\"output_tokens\":" + outputTokens + "}");
  }

  private static String end(FinishReason reason, String usage) {
    String word =
        switch (reason) {
          case STOP -> "end_turn";
          case LENGTH -> "max_tokens";
          case TOOL_CALLS -> "tool_use";
          case CONTENT_FILTER -> "refusal";
        };
    return event("content_block_stop", "\"index\":0")
        + event(
            "message_delta",
            "\"delta\":{\"stop_reason\":\"" + word + "\",\"stop_sequence\":null}" + usage);
  }

  @Override
  public String bye() {
    return event("message_stop", "");
  }

  @Override
  public String rubbish() {
    return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,{\n\n";
  }

  @Override
  public String overload() {
    return event(
        "error", "\"error\":{\"type\":\"overloaded_error\",\"message\":\"" + SECRET + "\"}");
  }

  @Override
  public void refuse(Refusal refusal, ScriptedUpstream.Exchange exchange) throws IOException {
    switch (refusal) {
      case RATE -> exchange.answer(429, error("rate_limit_error", ""), "retry-after: 1");
      case OVERLOAD -> exchange.answer(529, error("overloaded_error", ""), "retry-after: 2");
      case FAILURE -> exchange.answer(500, error("api_error", ""));
      case KEY -> exchange.answer(401, error("authentication_error", ""));
      case MODEL -> exchange.answer(404, error("not_found_error", ""));
      case LENGTH ->
          exchange.answer(
              400, error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"));
      case REQUEST -> exchange.answer(400, error("invalid_request_error", ""));
    }
  }

  private static String error(String type, String message) {
    return "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s %s %s\"},\"request_id\":\"req_1\"}"
        .formatted(type, message, SECRET, KEY);
  }

  private static String delta(int index, String delta) {
    return event("content_block_delta", "\"index\":" + index + ",\"delta\":{" + delta + "}");
  }

  private static String event(String type, String fields) {
    return "event: %1$s\ndata: {\"type\":\"%1$s\"%2$s}\n\n"
        .formatted(type, fields.isEmpty() ? "" : "," + fields);
  }
}
