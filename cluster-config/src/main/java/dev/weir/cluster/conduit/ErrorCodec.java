package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Errors as bytes: a number for the kind, the code, the message, and what the kind adds. */
final class ErrorCodec {

  /** Longer texts are cut. */
  static final int MAX_TEXT = 1_000;

  /** Three texts of at most three bytes a character. */
  static final int MAX_SIZE = 3 * 3 * MAX_TEXT + 64;

  private ErrorCodec() {}

  static void write(WeirError error, ByteWriter out) {
    switch (error) {
      case WeirError.InvalidRequest e -> head(1, e, out).writeText(param(e.param()));
      case WeirError.Unauthorized e -> head(2, e, out);
      case WeirError.Forbidden e -> head(3, e, out);
      case WeirError.NotFound e -> head(4, e, out);
      case WeirError.Conflict e -> head(5, e, out);
      case WeirError.TooLarge e -> head(6, e, out);
      case WeirError.TooManyRequests e -> head(7, e, out).writeNumber(e.retryAfter().toMillis());
      case WeirError.ModelFailed e -> head(8, e, out).writeByte(e.retryable() ? 1 : 0);
      case WeirError.Unavailable e -> head(9, e, out).writeNumber(e.retryAfter().toMillis());
      case WeirError.Internal e -> head(10, e, out);
    }
  }

  static WeirError read(ByteReader in) {
    int kind = in.readByte();
    String code = in.readText();
    String message = in.readText();
    return switch (kind) {
      case 1 -> new WeirError.InvalidRequest(code, message, readParam(in));
      case 2 -> new WeirError.Unauthorized(code, message);
      case 3 -> new WeirError.Forbidden(code, message);
      case 4 -> new WeirError.NotFound(code, message);
      case 5 -> new WeirError.Conflict(code, message);
      case 6 -> new WeirError.TooLarge(code, message);
      case 7 -> new WeirError.TooManyRequests(code, message, Duration.ofMillis(in.readNumber()));
      case 8 -> new WeirError.ModelFailed(code, message, in.readByte() == 1);
      case 9 -> new WeirError.Unavailable(code, message, Duration.ofMillis(in.readNumber()));
      case 10 -> new WeirError.Internal(code, message);
      default -> throw new IllegalArgumentException("unknown error kind " + kind);
    };
  }

  private static ByteWriter head(int kind, WeirError error, ByteWriter out) {
    return out.writeByte(kind).writeText(cut(error.code())).writeText(cut(error.message()));
  }

  /** The empty text stands for no parameter. */
  private static String param(@Nullable String param) {
    return param == null ? "" : cut(param);
  }

  private static @Nullable String readParam(ByteReader in) {
    String param = in.readText();
    return param.isEmpty() ? null : param;
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }
}
