package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What an upstream says went wrong, in the fields its kind uses; empty where it says nothing. An
 * adapter makes an error of it once. Nothing of it is passed on but the name of an offending field.
 *
 * @param reason of {@code details}, as Google's services write them
 * @param retryDelay of {@code details}, such as {@code 22s}
 */
public record Complaint(
    String code,
    String type,
    String status,
    String message,
    String param,
    String reason,
    String retryDelay) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern FIELD = Pattern.compile("[a-zA-Z0-9_.\\[\\]]{1,64}");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,9})?s");

  /** Reads the body of an HTTP answer, which may be anything. */
  public static Complaint of(byte[] body) {
    ComplaintParser parser = new ComplaintParser();
    try (JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      parser.value(json);
    } catch (IOException notJson) {
      return parser.complaint();
    }
    return parser.complaint();
  }

  /** Reads the error inside a stream, at whose value the parser stands. */
  public static Complaint read(JsonParser json) throws IOException {
    ComplaintParser parser = new ComplaintParser();
    parser.value(json);
    return parser.complaint();
  }

  /**
   * The HTTP status an error inside a stream stands for: its code where that is one, else what
   * {@code words} say of its code, type or status, else 500.
   */
  public int statusBy(Map<String, Integer> words) {
    if (code.matches("[45][0-9][0-9]")) {
      return Integer.parseInt(code);
    }
    String word = !code.isEmpty() && !code.equals("null") ? code : type.isEmpty() ? status : type;
    return words.getOrDefault(word, 500);
  }

  /** Whether the message matches, in lower case: for what an upstream tells in words alone. */
  public boolean says(Pattern pattern) {
    return pattern.matcher(message.toLowerCase(Locale.ROOT)).find();
  }

  /** The wait the upstream asks for in {@code details}; zero when it does not. */
  public Duration delay() {
    if (!SECONDS.matcher(retryDelay).matches()) {
      return Duration.ZERO;
    }
    double seconds = Double.parseDouble(retryDelay.substring(0, retryDelay.length() - 1));
    return Duration.ofMillis((long) Math.ceil(seconds * 1000));
  }

  /** What the HTTP status alone says; a request that was rejected names its field if it is told. */
  public WeirError error(int httpStatus, Duration retryAfter) {
    return switch (httpStatus) {
      case 400, 413, 422 ->
          FIELD.matcher(param).matches() && !param.equals("null")
              ? UpstreamError.rejected(httpStatus, param)
              : UpstreamError.rejected(httpStatus);
      case 401, 403 -> UpstreamError.auth();
      case 404 -> UpstreamError.unknownModel();
      case 408, 409, 503, 529 -> UpstreamError.overloaded(retryAfter);
      case 429 -> UpstreamError.rateLimited(retryAfter);
      default -> httpStatus >= 500 ? UpstreamError.server() : UpstreamError.rejected(httpStatus);
    };
  }

  /** Without what the upstream says, which may repeat a prompt or a key. */
  @Override
  public String toString() {
    return "Complaint";
  }
}
