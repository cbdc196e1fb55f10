package dev.weir.inference.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether an answer is one, as far as its text shows. What is not said is allowed.
 *
 * @param matches what must be found in it; null for nothing
 * @param without what may not; null for nothing
 * @param json whether it must be JSON
 * @param atLeast how many characters it must have, blanks around it aside
 */
public record Evaluator(
    @Nullable Pattern matches, @Nullable Pattern without, boolean json, int atLeast) {

  /** Takes any text. */
  public static final Evaluator NONE = new Evaluator(null, null, false, 0);

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  static Evaluator from(String at, Config config) {
    Keys.only(at, config, Set.of("matches", "without", "json", "at-least"));
    int atLeast = Keys.or(config, "at-least", config::getInt, 0);
    Keys.check(atLeast >= 0, at + ".at-least", atLeast, "0 characters or more");
    return new Evaluator(
        pattern(at, "matches", config),
        pattern(at, "without", config),
        Keys.or(config, "json", config::getBoolean, false),
        atLeast);
  }

  private static @Nullable Pattern pattern(String at, String key, Config config) {
    if (!config.hasPath(key)) {
      return null;
    }
    String regex = config.getString(key);
    try {
      return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException wrong) {
      throw Keys.refusal(
          at + "." + key, regex, "write a regular expression: " + wrong.getDescription());
    }
  }

  /** Whether the text matters at all. */
  public boolean reads() {
    return matches != null || without != null || json || atLeast > 0;
  }

  /** Whether {@code text} is an answer. */
  public boolean accepts(String text) {
    return text.strip().length() >= atLeast
        && (matches == null || matches.matcher(text).find())
        && (without == null || !without.matcher(text).find())
        && (!json || isJson(text));
  }

  private static boolean isJson(String text) {
    try {
      return !text.isBlank() && JSON.readTree(text) != null;
    } catch (JsonProcessingException malformed) {
      return false;
    }
  }
}
