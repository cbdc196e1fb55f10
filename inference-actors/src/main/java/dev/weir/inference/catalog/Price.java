package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.item.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What tokens cost, in nano-USD per million tokens. Configured in USD per million tokens; one
 * settlement is rounded up to whole nano-USD.
 */
public record Price(long input, long output, long cachedInput) {

  public static final Price FREE = new Price(0, 0, 0);

  private static final long MILLION = 1_000_000;
  private static final String REMEDY =
      "write USD per million tokens, 0 or more, with at most 9 decimals, such as 0.15";

  /**
   * Reads {@code price { input, output, cached-input }}; a cached token costs as an uncached one
   * unless told.
   *
   * @param at where it is configured
   */
  static Price from(Config config, String at) {
    long input = nano(config, at, "input");
    return new Price(
        input,
        nano(config, at, "output"),
        config.hasPath("cached-input") ? nano(config, at, "cached-input") : input);
  }

  /** A part of it, rounded up. */
  Price times(double part) {
    return new Price(times(input, part), times(output, part), times(cachedInput, part));
  }

  private static long times(long nano, double part) {
    return (long) Math.ceil(nano * part);
  }

  /** The cost of {@code usage} in nano-USD, rounded up. */
  public long of(Usage usage) {
    return sum(
        usage.inputTokens() - usage.cachedInputTokens(),
        usage.cachedInputTokens(),
        usage.outputTokens());
  }

  /** The most that these tokens can cost: nothing cached. */
  public long atMost(long inputTokens, long outputTokens) {
    return sum(inputTokens, 0, outputTokens);
  }

  private long sum(long uncached, long cached, long out) {
    long total =
        Math.addExact(
            Math.addExact(
                Math.multiplyExact(uncached, input), Math.multiplyExact(cached, cachedInput)),
            Math.multiplyExact(out, output));
    return Math.ceilDiv(total, MILLION);
  }

  private static long nano(Config config, String at, String key) {
    String text = Keys.or(config, key, config::getString, "0");
    try {
      BigDecimal usd = new BigDecimal(text);
      Keys.check(usd.signum() >= 0, at + "." + key, text, REMEDY);
      return usd.movePointRight(9).setScale(0, RoundingMode.UNNECESSARY).longValueExact();
    } catch (NumberFormatException | ArithmeticException uncountable) {
      throw Keys.refusal(at + "." + key, text, REMEDY);
    }
  }
}
