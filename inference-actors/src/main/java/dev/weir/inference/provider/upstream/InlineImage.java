package dev.weir.inference.provider.upstream;

import dev.weir.cluster.error.WeirError;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An image that is inside its URL.
 *
 * @param data in Base64
 */
public record InlineImage(String mediaType, String data) {

  private static final String SCHEME = "data:";
  private static final String BASE64 = ";base64";

  /**
   * Reads a data URL; null when the URL is another.
   *
   * @throws dev.weir.cluster.error.WeirException when it is one without Base64 or media type
   */
  public static @Nullable InlineImage of(String url) {
    if (!url.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    int comma = url.indexOf(',');
    String head = comma < 0 ? "" : url.substring(SCHEME.length(), comma).toLowerCase(Locale.ROOT);
    if (!head.endsWith(BASE64) || head.length() == BASE64.length()) {
      throw WeirError.invalid(
              "input", "An image's data URL must be data:<media type>;base64,<data>.")
          .asException();
    }
    return new InlineImage(
        head.substring(0, head.length() - BASE64.length()), url.substring(comma + 1));
  }
}
