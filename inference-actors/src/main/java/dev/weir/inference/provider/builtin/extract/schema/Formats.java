package dev.weir.inference.provider.builtin.extract.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.regex.Pattern;

/** The named formats of strings: whether a value has one, and a plain example of each. */
final class Formats {

  private static final Pattern EMAIL =
      Pattern.compile("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.|$)){4}(?<!\\.)");
  private static final Pattern HOST =
      Pattern.compile(
          "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,20}");

  private Formats() {}

  /** Whether {@code text} is of {@code format}; an unknown format accepts everything. */
  static boolean accepts(String format, String text) {
    try {
      return switch (format) {
        case "date" -> LocalDate.parse(text).toString().equals(text);
        case "date-time" ->
            text.contains("T") && OffsetDateTime.parse(text) != null && text.length() >= 20;
        case "time" -> OffsetTime.parse(text) != null && text.length() >= 9;
        case "duration" -> !Duration.parse(text).isNegative();
        case "email", "idn-email" -> EMAIL.matcher(text).matches();
        case "uuid" -> UUID.matcher(text).matches();
        case "uri", "iri", "url" -> new URI(text).isAbsolute();
        case "uri-reference", "iri-reference" -> !new URI(text).toString().contains(" ");
        case "ipv4" -> IPV4.matcher(text).matches();
        case "hostname", "idn-hostname" -> HOST.matcher(text).matches();
        default -> true;
      };
    } catch (DateTimeException | URISyntaxException notOfIt) {
      return false;
    }
  }

  /** An example of {@code format}; another one for a higher {@code variant}. */
  static String sample(String format, int variant) {
    String tail = variant == 0 ? "" : String.valueOf(variant);
    return switch (format) {
      case "date" -> LocalDate.of(2000, 1, 1).plusDays(variant).toString();
      case "date-time" -> LocalDate.of(2000, 1, 1).plusDays(variant) + "T00:00:00Z";
      case "time" -> "00:%02d:00Z".formatted(variant % 60);
      case "duration" -> "PT" + variant + "S";
      case "email", "idn-email" -> "user" + tail + "@example.com";
      case "uuid" -> "00000000-0000-4000-8000-%012d".formatted(variant);
      case "uri", "iri", "url", "uri-reference", "iri-reference" -> "https://example.com/" + tail;
      case "ipv4" -> "192.0.2." + variant % 256;
      case "ipv6" -> "2001:db8::" + Integer.toHexString(variant);
      case "hostname", "idn-hostname" -> "host" + tail + ".example.com";
      default -> tail;
    };
  }

  static boolean isKnown(String format) {
    return !sample(format, 0).isEmpty();
  }
}
