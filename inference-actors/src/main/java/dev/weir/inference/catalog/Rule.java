package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which calls a route is for: those that are simple enough, as far as can be told from the outside.
 * What is not said is allowed.
 *
 * @param maxInputTokens estimated, of the whole context
 * @param tools whether there may be any
 * @param images whether there may be any
 * @param without what the last message may not hold; null for nothing
 */
public record Rule(long maxInputTokens, boolean tools, boolean images, @Nullable Pattern without) {

  /**
   * Reads {@code when} of a route.
   *
   * @param at where it is configured
   */
  static Rule from(String at, Config config) {
    Keys.only(at, config, Set.of("max-input-tokens", "tools", "images", "without"));
    long tokens = Keys.or(config, "max-input-tokens", config::getLong, Long.MAX_VALUE);
    Keys.check(tokens > 0, at + ".max-input-tokens", tokens, "at least 1");
    return new Rule(
        tokens,
        Keys.or(config, "tools", config::getBoolean, true),
        Keys.or(config, "images", config::getBoolean, true),
        config.hasPath("without") ? pattern(at, config.getString("without")) : null);
  }

  private static Pattern pattern(String at, String regex) {
    try {
      return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    } catch (PatternSyntaxException wrong) {
      throw Keys.refusal(
          at + ".without", regex, "write a regular expression: " + wrong.getDescription());
    }
  }

  /** Whether the route is for such a call. */
  public boolean isFor(Features call) {
    return (tools || !call.tools())
        && (images || !call.hasImages())
        && (without == null || !without.matcher(call.lastMessage()).find())
        && (maxInputTokens == Long.MAX_VALUE || call.tokens() <= maxInputTokens);
  }

  /** Why a call that it is for goes there. */
  public String reason() {
    return "simple: "
        + Stream.of(
                maxInputTokens == Long.MAX_VALUE ? "" : "at most " + maxInputTokens + " tokens",
                tools ? "" : "no tools",
                images ? "" : "no images",
                without == null ? "" : "without /" + without + "/")
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
  }
}
