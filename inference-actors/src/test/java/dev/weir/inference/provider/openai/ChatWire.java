package dev.weir.inference.provider.openai;

import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.Wire;
import java.io.IOException;
import java.util.Map;

/** Chat completions, as OpenAI streams them. */
final class ChatWire implements Wire {

  @Override
  public String provider() {
    return "openai";
  }

  @Override
  public ProviderFactory factory(StreamingHttp http) {
    return new OpenAi(http);
  }

  @Override
  public String requestLine() {
    return "POST /v1/chat/completions HTTP/1.1";
  }

  @Override
  public Map<String, String> requestHeaders() {
    return Map.of("authorization", "Bearer " + KEY);
  }

  @Override
  public String idempotencyHeader() {
    return "idempotency-key";
  }

  @Override
  public String modelLine() {
    return "GET /v1/models HTTP/1.1";
  }

  @Override
  public String model() {
    return "{\"object\":\"list\",\"data\":[{\"id\":\"other\"},{\"id\":\"m\"}]}";
  }

  @Override
  public String begin() {
    return delta("{\"role\":\"assistant\",\"content\":\"\"}");
  }

  @Override
  public String ping() {
    return ": ping\n\n";
  }

  @Override
  public String text(String text) {
    return delta("{\"content\":\"" + text + "\"}");
  }

  @Override
  public String thought(String text) {
    return delta("{\"reasoning_content\":\"" + text + "\"}");
  }

  @Override
  public String call(int index, String name) {
    return tool(
            "{\"index\":%1$d,\"id\":\"c%1$d\",\"type\":\"function\",\"function\":{\"name\":\"%2$s\",\"arguments\":\"\"}}"
                .formatted(index, name))
        + tool("{\"index\":%d,\"function\":{\"arguments\":\"{\"}}".formatted(index))
        + tool("{\"index\":%d,\"function\":{\"arguments\":\"}\"}}".formatted(index));
  }

  @Override
  public String end(FinishReason reason) {
    String word =
        switch (reason) {
          case STOP -> "stop";
          case LENGTH -> "length";
          case TOOL_CALLS -> "tool_calls";
          case CONTENT_FILTER -> "content_filter";
        };
    return data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + word + "\"}]}");
  }

  @Override
  public String end(FinishReason reason, int outputTokens) {
    return end(reason)
        + data(
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":2}}}"
                .formatted(outputTokens));
  }

  @Override
  public String bye() {
    return data("[DONE]");
  }

  @Override
  public String rubbish() {
    return data("{\"choices\":[{]}");
  }

  @Override
  public String overload() {
    return data("{\"error\":{\"message\":\"prompt: " + SECRET + "\",\"code\":503}}");
  }

  @Override
  public void refuse(Refusal refusal, ScriptedUpstream.Exchange exchange) throws IOException {
    switch (refusal) {
      case RATE -> exchange.answer(429, error("slow_down"), "Retry-After: 1");
      case OVERLOAD -> exchange.answer(503, error("busy"), "Retry-After: 2");
      case FAILURE -> exchange.answer(500, "oops " + SECRET);
      case KEY -> exchange.answer(401, error("invalid_api_key"));
      case MODEL -> exchange.answer(404, error("model_not_found"));
      case LENGTH -> exchange.answer(400, error("context_length_exceeded"));
      case REQUEST -> exchange.answer(400, error("invalid_value"));
    }
  }

  private static String error(String code) {
    return "{\"error\":{\"message\":\"%s %s\",\"code\":\"%s\"}}".formatted(SECRET, KEY, code);
  }

  private static String tool(String call) {
    return delta("{\"tool_calls\":[" + call + "]}");
  }

  private static String delta(String delta) {
    return data("{\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}");
  }

  private static String data(String json) {
    return "data: " + json + "\n\n";
  }
}
