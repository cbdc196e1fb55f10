package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Errors as bytes behind their length: a number for the kind, the code, the message, and what the
 * kind adds. A kind may grow at its end: what a node does not know it skips. A kind it does not
 * know it takes for an internal error.
 */
final class ErrorCodec {

  /** Longer texts are cut. */
  static final int MAX_TEXT = 1_000;

  /** Three texts of at most three bytes a character. */
  static final int MAX_SIZE = 3 * 3 * MAX_TEXT + 64;

  private ErrorCodec() {}

  static void write(WeirError error, ByteWriter out) {
    ByteWriter body = new ByteWriter(256);
    writeBody(error, body);
    byte[] bytes = body.toByteArray();
    out.writeNumber(bytes.length).write(bytes);
  }

  private static void writeBody(WeirError error, ByteWriter out) {
    switch (error) {
      case WeirError.InvalidRequest e -> head(1, e, out).writeText(param(e.param()));
      case WeirError.Unauthorized e -> head(2, e, out);
      case WeirError.Forbidden e -> head(3, e, out);
      case WeirError.NotFound e -> head(4, e, out);
      case WeirError.Conflict e -> head(5, e, out);
      case WeirError.TooLarge e -> head(6, e, out);
      case WeirError.TooManyRequests e -> write(e.retryAfter(), head(7, e, out));
      case WeirError.ModelFailed e ->
          write(e.retryAfter(), head(8, e, out).writeByte(e.retryable() ? 1 : 0));
      case WeirError.Unavailable e -> write(e.retryAfter(), head(9, e, out));
      case WeirError.Internal e -> head(10, e, out);
      case WeirError.TimedOut e -> head(11, e, out);
    }
  }

  static WeirError read(ByteReader in) {
    return readBody(new ByteReader(in.read(in.readSize())));
  }

  private static WeirError readBody(ByteReader in) {
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
      case 7 -> new WeirError.TooManyRequests(code, message, readDuration(in));
      case 8 -> new WeirError.ModelFailed(code, message, in.readByte() == 1, readDuration(in));
      case 9 -> new WeirError.Unavailable(code, message, readDuration(in));
      case 10 -> new WeirError.Internal(code, message);
      case 11 -> new WeirError.TimedOut(code, message);
      default -> new WeirError.Internal(code, message);
    };
  }

  private static ByteWriter head(int kind, WeirError error, ByteWriter out) {
    return out.writeByte(kind).writeText(cut(error.code())).writeText(cut(error.message()));
  }

  private static ByteWriter write(Duration duration, ByteWriter out) {
    return out.writeNumber(duration.getSeconds()).writeNumber(duration.getNano());
  }

  private static Duration readDuration(ByteReader in) {
    long seconds = in.readNumber();
    return Duration.ofSeconds(seconds, in.readNumber());
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
