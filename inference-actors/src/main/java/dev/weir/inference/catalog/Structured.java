package dev.weir.inference.catalog;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.item.TextFormat;
import java.util.Arrays;
import java.util.Locale;

/** Who sees to it that an answer has the form that was asked for. */
public enum Structured {
  /** The upstream, which has a mode for it; the answer streams, and is checked at its end. */
  NATIVE,
  /** The upstream for schemas that are {@code strict}; Weir for all else. */
  STRICT,
  /** Weir: the wish is told in words; the answer is held until it is known to be right. */
  VALIDATE,
  /** Nobody: the wish is handed on, and the answer taken as it comes. */
  OFF;

  /** The word for whatever suits the provider. */
  private static final String AUTO = "auto";

  static Structured from(String key, String word, String provider, String engine) {
    if (word.equals(AUTO)) {
      return switch (provider) {
        case "anthropic" -> STRICT;
        case "builtin" -> engine.equals("sim") ? OFF : NATIVE;
        default -> NATIVE;
      };
    }
    for (Structured structured : values()) {
      if (structured.word().equals(word)) {
        return structured;
      }
    }
    throw Keys.refusal(
        key, word, "auto or one of " + Arrays.stream(values()).map(Structured::word).toList());
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is done about an answer of this form: never {@link #STRICT}. */
  public Structured of(TextFormat format) {
    if (format instanceof TextFormat.Plain) {
      return OFF;
    }
    if (this == STRICT) {
      return format instanceof TextFormat.JsonSchema schema && schema.strict() ? NATIVE : VALIDATE;
    }
    return this;
  }
}
