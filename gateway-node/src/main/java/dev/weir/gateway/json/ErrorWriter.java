package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import java.io.IOException;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Writes errors as clients expect them. */
public final class ErrorWriter {

  private ErrorWriter() {}

  /** The whole body of an error response. */
  public static ByteString body(WeirError error) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeFieldName("error");
          write(json, error);
          json.writeEndObject();
        });
  }

  /** The error object alone. */
  public static void write(JsonGenerator json, WeirError error) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type(error));
    json.writeStringField("code", error.code());
    json.writeStringField("message", error.message());
    json.writeStringField("param", param(error));
    json.writeEndObject();
  }

  /** Open Responses' name for the kind of error. */
  public static String type(WeirError error) {
    return switch (error) {
      case WeirError.InvalidRequest e -> "invalid_request_error";
      case WeirError.Unauthorized e -> "authentication_error";
      case WeirError.Forbidden e -> "permission_error";
      case WeirError.NotFound e -> "not_found";
      case WeirError.Conflict e -> "conflict";
      case WeirError.TooLarge e -> "invalid_request_error";
      case WeirError.TooManyRequests e -> "too_many_requests";
      case WeirError.ModelFailed e -> "model_error";
      case WeirError.Unavailable e -> "server_error";
      case WeirError.TimedOut e -> "server_error";
      case WeirError.Internal e -> "server_error";
    };
  }

  /** The HTTP status. */
  public static int status(WeirError error) {
    return switch (error) {
      case WeirError.InvalidRequest e -> 400;
      case WeirError.Unauthorized e -> 401;
      case WeirError.Forbidden e -> 403;
      case WeirError.NotFound e -> 404;
      case WeirError.Conflict e -> 409;
      case WeirError.TooLarge e -> 413;
      case WeirError.TooManyRequests e -> 429;
      case WeirError.ModelFailed e -> 502;
      case WeirError.Unavailable e -> 503;
      case WeirError.TimedOut e -> 504;
      case WeirError.Internal e -> 500;
    };
  }

  private static @Nullable String param(WeirError error) {
    return error instanceof WeirError.InvalidRequest invalid ? invalid.param() : null;
  }
}
