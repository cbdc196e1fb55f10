package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client allows its whole request, as its metadata says: until when it wants the answer, and
 * how many tokens and how much money it may take.
 *
 * @param deadline null for none
 */
public record Allowance(@Nullable Instant deadline, Caps caps) {

  /** The key of a request's metadata for the time it may take, in milliseconds. */
  public static final String DEADLINE = "weir.deadline_ms";

  /** The key for the tokens it may take, input and output together. */
  public static final String TOKENS = "weir.max_tokens_total";

  /** The key for the money it may cost, in USD. */
  public static final String COST = "weir.max_cost_usd";

  /** Of a request that says nothing. */
  static Allowance all() {
    return new Allowance(null, new Caps(null, null));
  }

  /**
   * What the metadata of a request says that came at {@code begun}.
   *
   * @throws WeirException if a value is malformed
   */
  public static Allowance of(Map<String, String> metadata, Instant begun) {
    Long millis = number(metadata, DEADLINE);
    return new Allowance(
        millis == null ? null : begun.plusMillis(millis),
        new Caps(number(metadata, TOKENS), nano(metadata)));
  }

  private static @Nullable Long number(Map<String, String> metadata, String key) {
    String text = metadata.get(key);
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,12}") || Long.parseLong(text) == 0) {
      throw wrong(key, text, "expected a whole number from 1");
    }
    return Long.valueOf(text);
  }

  private static @Nullable Long nano(Map<String, String> metadata) {
    String text = metadata.get(COST);
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,9}([.][0-9]{1,18})?")) {
      throw wrong(COST, text, "expected USD, such as 0.05");
    }
    return new BigDecimal(text).movePointRight(9).setScale(0, RoundingMode.DOWN).longValue();
  }

  private static WeirException wrong(String key, String value, String expected) {
    return WeirError.invalid(
            "metadata." + key, "Invalid value: '%s' for '%s'; %s.".formatted(value, key, expected))
        .asException();
  }

  /** How long it has from {@code now} on; null for ever, never negative. */
  @Nullable Duration left(Instant now) {
    if (deadline == null) {
      return null;
    }
    Duration left = Duration.between(now, deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
