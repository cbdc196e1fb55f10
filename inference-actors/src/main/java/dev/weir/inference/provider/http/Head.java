package dev.weir.inference.provider.http;

import dev.weir.inference.provider.UpstreamError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** What matters of an answer's status line and headers. */
final class Head {

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9][0-9])( .*)?");

  /** Zero before the status line. */
  int status;

  boolean keepAlive = true;
  boolean chunked;

  /** Negative when the answer does not tell. */
  long length = -1;

  private String retryAfter = "";
  private String date = "";

  boolean success() {
    return status >= 200 && status < 300;
  }

  void statusLine(String line) {
    var matcher = STATUS.matcher(line);
    if (!matcher.matches()) {
      throw UpstreamError.malformed().asException();
    }
    status = Integer.parseInt(matcher.group(1));
    keepAlive = line.charAt(7) == '1';
  }

  void header(String name, String value) {
    switch (name) {
      case "content-length" -> length = number(value);
      case "transfer-encoding" -> chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
      case "connection" -> connection(value.toLowerCase(Locale.ROOT));
      case "retry-after" -> retryAfter = value;
      case "date" -> date = value;
      default -> {}
    }
  }

  /** What the upstream asks for, in seconds or as a date beside its own; else zero. */
  Duration retryAfter() {
    if (retryAfter.matches("[0-9]{1,6}(\\.[0-9]{1,9})?")) {
      return Duration.ofMillis((long) (1000 * Double.parseDouble(retryAfter)));
    }
    if (retryAfter.isEmpty() || date.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      Duration wait = Duration.between(instant(date), instant(retryAfter));
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException unreadable) {
      return Duration.ZERO;
    }
  }

  private void connection(String value) {
    if (value.contains("close")) {
      keepAlive = false;
    } else if (value.contains("keep-alive")) {
      keepAlive = true;
    }
  }

  private static Instant instant(String date) {
    return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  private static long number(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw UpstreamError.malformed().asException();
    }
    return Long.parseLong(text);
  }
}
