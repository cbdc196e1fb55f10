package dev.weir.inference.provider.builtin.extract.schema;

import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named place for a value.
 *
 * @param words the words of the name, lower case
 */
public record Field(String name, String description, List<String> words) {

  private static final Pattern SEAM =
      Pattern.compile(
          "[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");

  static Field of(String name, String description) {
    return new Field(name, description, words(name));
  }

  /** "departureCity", "departure-city" and "departure_city" are the words departure and city. */
  public static List<String> words(String name) {
    return SEAM.splitAsStream(name.substring(0, Math.min(name.length(), 100)))
        .filter(word -> !word.isEmpty())
        .map(word -> word.toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Whether one of the name's words is among {@code any}. */
  boolean is(Set<String> any) {
    return words.stream().anyMatch(any::contains);
  }

  /** Whether the name or the description has {@code word}. */
  boolean mentions(String word) {
    return words.contains(word) || Words.plain(description).contains(word);
  }

  /** The stemmed words of the name, with what a measure is usually counted in. */
  Set<String> terms() {
    Set<String> terms =
        words.stream().flatMap(w -> Words.terms(w).stream()).collect(Collectors.toSet());
    if (words.contains("age")) {
      terms.addAll(Words.terms("years old year"));
    }
    if (words.contains("price") || words.contains("cost") || words.contains("amount")) {
      terms.addAll(Words.terms("dollars dollar euros euro usd eur costs"));
    }
    return terms;
  }
}
