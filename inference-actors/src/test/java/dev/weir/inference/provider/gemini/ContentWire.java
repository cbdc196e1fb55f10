package dev.weir.inference.provider.gemini;

import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.Wire;
import java.io.IOException;
import java.util.Map;

/** Contents, as Gemini streams them: whole calls, no last event, usage in every chunk. */
final class ContentWire implements Wire {

  @Override
  public String provider() {
    return "gemini";
  }

  @Override
  public ProviderFactory factory(StreamingHttp http) {
    return new Gemini(http);
  }

  @Override
  public String requestLine() {
    return "POST /v1/models/m:streamGenerateContent?alt=sse HTTP/1.1";
  }

  @Override
  public Map<String, String> requestHeaders() {
    return Map.of("x-goog-api-key", KEY);
  }

  @Override
  public String modelLine() {
    return "GET /v1/models/m HTTP/1.1";
  }

  @Override
  public String model() {
    return "{\"name\":\"models/m\"}";
  }

  @Override
  public String begin() {
    return "";
  }

  @Override
  public String ping() {
    return chunk("\"usageMetadata\":{\"promptTokenCount\":5,\"totalTokenCount\":5}");
  }

  @Override
  public String text(String text) {
    return part("{\"text\":\"" + text + "\"}");
  }

  @Override
  public String thought(String text) {
    return part("{\"text\":\"" + text + "\",\"thought\":true}");
  }

  @Override
  public String call(int index, String name) {
    return part(
        "{\"functionCall\":{\"name\":\"" + name + "\",\"args\":{}},\"thoughtSignature\":\"CiQB\"}");
  }

  @Override
  public String end(FinishReason reason) {
    return chunk(candidate(reason));
  }

  @Override
  public String end(FinishReason reason, int outputTokens) {
    return chunk(
        candidate(reason)
            + ",\"usageMetadata\":{\"promptTokenCount\":5,\"cachedContentTokenCount\":2,\"candidatesTokenCount\":%d,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":5}]}"
                .formatted(outputTokens));
  }

  private static String candidate(FinishReason reason) {
    String word =
        switch (reason) {
          case STOP, TOOL_CALLS -> "STOP";
          case LENGTH -> "MAX_TOKENS";
          case CONTENT_FILTER -> "SAFETY";
        };
    return "\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"%s\",\"index\":0}]"
        .formatted(word);
  }

  @Override
  public String bye() {
    return "";
  }

  @Override
  public String rubbish() {
    return "data: {\"candidates\":[{\"content\":{]\r\n\r\n";
  }

  @Override
  public String overload() {
    return "data: " + error(503, "UNAVAILABLE", "", "") + "\r\n\r\n";
  }

  @Override
  public void refuse(Refusal refusal, ScriptedUpstream.Exchange exchange) throws IOException {
    String wait = "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"%s\"}";
    switch (refusal) {
      case RATE ->
          exchange.answer(429, error(429, "RESOURCE_EXHAUSTED", "", wait.formatted("0.999999s")));
      case OVERLOAD -> exchange.answer(503, error(503, "UNAVAILABLE", "", ""), "Retry-After: 2");
      case FAILURE -> exchange.answer(500, error(500, "INTERNAL", "", ""));
      case KEY ->
          exchange.answer(
              400,
              error(
                  400,
                  "INVALID_ARGUMENT",
                  "",
                  "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\",\"domain\":\"googleapis.com\"}"));
      case MODEL -> exchange.answer(404, error(404, "NOT_FOUND", "", ""));
      case LENGTH ->
          exchange.answer(
              400,
              error(
                  400,
                  "INVALID_ARGUMENT",
                  "The input token count (9) exceeds the maximum number of tokens allowed (8).",
                  ""));
      case REQUEST -> exchange.answer(400, "[" + error(400, "INVALID_ARGUMENT", "", "") + "]");
    }
  }

  private static String error(int code, String status, String message, String detail) {
    return "{\"error\":{\"code\":%d,\"message\":\"%s %s %s\",\"status\":\"%s\",\"details\":[%s]}}"
        .formatted(code, message, SECRET, KEY, status, detail);
  }

  private static String part(String part) {
    return chunk(
        "\"candidates\":[{\"content\":{\"parts\":["
            + part
            + "],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":5}");
  }

  private static String chunk(String fields) {
    return "data: {" + fields + ",\"modelVersion\":\"m\",\"responseId\":\"r\"}\r\n\r\n";
  }
}
