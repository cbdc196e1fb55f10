package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Translates what an upstream says went wrong, once. Of its words only codes are looked at, except
 * for a context that is too long: vLLM tells that in its message alone. Nothing of it is passed on
 * but the name of an offending field.
 */
final class ChatError {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern FIELD = Pattern.compile("[a-zA-Z0-9_.\\[\\]]{1,64}");
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "maximum context length|context (size|length|window)|context_length|prompt is too long");
  private static final Set<String> TOO_LONG_CODES =
      Set.of("context_length_exceeded", "exceed_context_size_error");

  private String code = "";
  private String type = "";
  private String message = "";
  private String param = "";

  private ChatError() {}

  /** The error of an HTTP answer that is no success; the body may be anything. */
  static WeirError of(int status, byte[] body, Duration retryAfter) {
    ChatError error = new ChatError();
    try (JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      error.value(json);
    } catch (IOException notJson) {
      return error.translate(status, retryAfter);
    }
    return error.translate(status, retryAfter);
  }

  /** The error inside a stream, whose value the parser stands at. */
  static WeirError read(JsonParser json) throws IOException {
    ChatError error = new ChatError();
    error.value(json);
    return error.translate(error.status(), Duration.ZERO);
  }

  private void value(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      message = json.getText();
    } else if (json.currentToken() == JsonToken.START_OBJECT) {
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        if (name.equals("error")) {
          value(json);
        } else if (json.currentToken().isScalarValue()) {
          field(name, json.getText());
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "code" -> code = value;
      case "type" -> type = value;
      case "message" -> message = value;
      case "param" -> param = value;
      default -> {}
    }
  }

  /** The HTTP status an error inside a stream stands for. */
  private int status() {
    if (code.matches("[45][0-9][0-9]")) {
      return Integer.parseInt(code);
    }
    return switch (code.isEmpty() || code.equals("null") ? type : code) {
      case "rate_limit_exceeded", "rate_limit_error", "insufficient_quota" -> 429;
      case "overloaded_error" -> 503;
      case "invalid_api_key", "authentication_error" -> 401;
      case "model_not_found" -> 404;
      case "context_length_exceeded", "invalid_request_error", "content_filter" -> 400;
      default -> 500;
    };
  }

  private WeirError translate(int status, Duration retryAfter) {
    return switch (status) {
      case 400, 413, 422 -> rejected(status);
      case 401, 403 -> UpstreamError.auth();
      case 404 -> UpstreamError.unknownModel();
      case 408, 409, 503, 529 -> UpstreamError.overloaded(retryAfter);
      case 429 -> UpstreamError.rateLimited(retryAfter);
      default -> status >= 500 ? UpstreamError.server() : UpstreamError.rejected(status);
    };
  }

  private WeirError rejected(int status) {
    if (TOO_LONG_CODES.contains(code)
        || TOO_LONG_CODES.contains(type)
        || TOO_LONG.matcher(message.toLowerCase(Locale.ROOT)).find()) {
      return UpstreamError.contextLength();
    }
    if (code.equals("content_filter") || code.equals("content_policy_violation")) {
      return UpstreamError.contentFilter();
    }
    return FIELD.matcher(param).matches() && !param.equals("null")
        ? UpstreamError.rejected(status, param)
        : UpstreamError.rejected(status);
  }
}
