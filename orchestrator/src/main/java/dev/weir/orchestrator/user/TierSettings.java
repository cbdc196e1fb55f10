package dev.weir.orchestrator.user;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;

/**
 * A class of service, as configured below {@code weir.tiers}. What is absent is unlimited.
 *
 * @param weight share of a contended queue, relative to other users; 1 unless told
 * @param contextTokens the most input one call may have
 * @param models the models the tier may ask for; empty means all
 */
public record TierSettings(int weight, Limits limits, long contextTokens, Set<String> models) {

  public static final TierSettings UNLIMITED =
      new TierSettings(1, Limits.NONE, Limits.UNLIMITED, Set.of());

  public TierSettings {
    models = Set.copyOf(models);
    Keys.check(weight > 0, "weight", weight, "at least 1");
  }

  /** Reads one entry of {@code weir.tiers}. */
  public static TierSettings from(Config tier) {
    return new TierSettings(
        Keys.or(tier, "weight", tier::getInt, 1),
        new Limits(
            count(tier, "concurrent-runs"),
            new Amounts(
                count(tier, "requests-per-minute"),
                count(tier, "tokens-per-minute"),
                count(tier, "tokens-per-day"),
                nanos(tier, "usd-per-month"))),
        count(tier, "context-tokens"),
        Set.copyOf(Keys.or(tier, "models", tier::getStringList, List.<String>of())));
  }

  private static long count(Config tier, String key) {
    long count = Keys.or(tier, key, tier::getLong, Limits.UNLIMITED);
    Keys.check(count >= 0, key, count, "0 or more; leave it out for no limit");
    return count;
  }

  private static long nanos(Config tier, String key) {
    if (!tier.hasPath(key)) {
      return Limits.UNLIMITED;
    }
    BigDecimal usd = new BigDecimal(tier.getString(key));
    Keys.check(usd.signum() >= 0, key, usd, "0 or more USD; leave it out for no limit");
    BigDecimal nanos = usd.movePointRight(9).setScale(0, RoundingMode.DOWN);
    Keys.check(
        nanos.toBigInteger().bitLength() < Long.SIZE - 1,
        key,
        usd,
        "too much to count; leave it out for no limit");
    return nanos.longValueExact();
  }
}
