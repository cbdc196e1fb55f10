package dev.weir.inference.provider.builtin.extract.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads numbers as people write them: 1,200 and 1.5k, -3, 20%, $5, seven. */
final class Quantity {

  private static final List<String> WORDS =
      List.of(
          "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve");

  static final String SHAPE =
      "(?<![\\p{L}\\p{N}_.])(?:(?<![\\p{L}\\p{N}]-)-|\\+)?(?:\\d{1,3}(?:,\\d{3}){1,6}|\\d{1,60})(?:\\.\\d{1,60})?"
          + "(?:e[-+]?\\d{1,2}(?!\\p{L}))?(?:k(?!\\p{L}))?"
          + "|(?<![\\p{L}\\p{N}])(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?![\\p{L}\\p{N}])";

  private Quantity() {}

  static Optional<BigDecimal> of(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replace(",", "").strip();
    int word = WORDS.indexOf(plain);
    if (word >= 0) {
      return Optional.of(BigDecimal.valueOf(word));
    }
    boolean thousands = plain.endsWith("k");
    try {
      BigDecimal number =
          new BigDecimal(thousands ? plain.substring(0, plain.length() - 1) : plain);
      return Optional.of(thousands ? number.movePointRight(3) : number);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
