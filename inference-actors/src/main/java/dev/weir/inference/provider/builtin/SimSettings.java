package dev.weir.inference.provider.builtin;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How the simulated upstream behaves.
 *
 * @param interToken from one token to the next, when nothing else runs
 * @param jitter how far a time may be off, as a share of it: 0.2 is ± 20 %
 * @param tokens how long an answer is, unless its cap is lower
 * @param seed decides words, jitter and faults
 * @param slowDown added to the inter-token time per busy share of the slots: with 1.0, all slots
 *     busy means tokens at half the speed
 * @param requestOverrides whether a request's metadata may set {@code sim.} keys
 */
public record SimSettings(
    Duration timeToFirstToken,
    Duration interToken,
    double jitter,
    int tokens,
    long seed,
    double slowDown,
    List<SimFault.Chance> faults,
    boolean requestOverrides) {

  static final Set<String> OPTIONS =
      Set.of(
          "time-to-first-token",
          "inter-token",
          "jitter",
          "tokens",
          "seed",
          "slow-down",
          "faults",
          "request-overrides");

  private static final int MOST_TOKENS = 10_000_000;
  private static final long MOST_MILLIS = Duration.ofDays(1).toMillis();

  /**
   * @throws OutOfBounds when a value cannot be
   */
  public SimSettings {
    faults = List.copyOf(faults);
    check(!timeToFirstToken.isNegative(), "time-to-first-token", timeToFirstToken, "0 or more");
    check(!interToken.isNegative(), "inter-token", interToken, "0 or more");
    check(jitter >= 0 && jitter <= 1, "jitter", jitter, "between 0 and 1");
    check(tokens >= 0 && tokens <= MOST_TOKENS, "tokens", tokens, "0 to " + MOST_TOKENS);
    check(slowDown >= 0, "slow-down", slowDown, "0 or more");
  }

  /** A setting no simulation can have. */
  public static final class OutOfBounds extends RuntimeException {

    private final String option;
    private final String value;
    private final String remedy;

    private OutOfBounds(String option, Object value, String remedy) {
      super(option + " = " + value + ": " + remedy, null, false, false);
      this.option = option;
      this.value = value.toString();
      this.remedy = remedy;
    }
  }

  private static void check(boolean holds, String option, Object value, String remedy) {
    if (!holds) {
      throw new OutOfBounds(option, value, remedy);
    }
  }

  /** Reads a deployment's options; absent keys are as in the built-in {@code sim} deployment. */
  static SimSettings from(Deployment deployment) {
    deployment.continuesOnly(Continuation.ASSISTANT);
    Config options = deployment.options();
    try {
      return read(options, faults(deployment));
    } catch (OutOfBounds wrong) {
      throw Keys.refusal(deployment.key(wrong.option), wrong.value, wrong.remedy);
    }
  }

  private static SimSettings read(Config options, List<SimFault.Chance> faults) {
    return new SimSettings(
        Keys.or(options, "time-to-first-token", options::getDuration, Duration.ofMillis(200)),
        Keys.or(options, "inter-token", options::getDuration, Duration.ofMillis(20)),
        Keys.or(options, "jitter", options::getDouble, 0.0),
        Keys.or(options, "tokens", options::getInt, 64),
        Keys.or(options, "seed", options::getLong, 1L),
        Keys.or(options, "slow-down", options::getDouble, 0.0),
        faults,
        Keys.or(options, "request-overrides", options::getBoolean, true));
  }

  private static List<SimFault.Chance> faults(Deployment deployment) {
    List<SimFault.Chance> faults = new ArrayList<>();
    Config options = deployment.options();
    for (Config entry : Keys.or(options, "faults", options::getConfigList, List.<Config>of())) {
      String key = deployment.key("faults");
      String text = entry.getString("fault");
      Optional<SimFault> fault = SimFault.parse(text);
      Keys.check(fault.isPresent(), key, text, "write a fault such as drop@10 or rate_limit");
      double probability = Keys.or(entry, "probability", entry::getDouble, 1.0);
      Keys.check(probability >= 0 && probability <= 1, key, probability, "between 0 and 1");
      faults.add(new SimFault.Chance(fault.orElseThrow(), probability));
    }
    return faults;
  }

  /**
   * These settings with a request's {@code sim.} keys over them, where that is allowed.
   *
   * @throws dev.weir.cluster.error.WeirException when a key's value cannot be read
   */
  SimSettings over(Map<String, String> metadata) {
    if (!requestOverrides || metadata.isEmpty()) {
      return this;
    }
    return new SimSettings(
        read(metadata, "sim.ttft_ms", SimSettings::millis, timeToFirstToken),
        read(metadata, "sim.itl_ms", SimSettings::millis, interToken),
        read(metadata, "sim.jitter", text -> within(Double.parseDouble(text), 1), jitter),
        read(
            metadata,
            "sim.tokens",
            text -> (int) within(Integer.parseInt(text), MOST_TOKENS),
            tokens),
        read(metadata, "sim.seed", Long::parseLong, seed),
        slowDown,
        read(metadata, "sim.fault", SimSettings::certain, faults),
        true);
  }

  private static Duration millis(String text) {
    return Duration.ofNanos((long) (within(Double.parseDouble(text), (double) MOST_MILLIS) * 1e6));
  }

  private static double within(double value, double most) {
    if (value >= 0 && value <= most) {
      return value;
    }
    throw new IllegalArgumentException("out of range");
  }

  private static List<SimFault.Chance> certain(String text) {
    return List.of(
        new SimFault.Chance(SimFault.parse(text).orElseThrow(IllegalArgumentException::new), 1));
  }

  private static <T> T read(
      Map<String, String> metadata, String key, Function<String, T> parse, T otherwise) {
    String text = metadata.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException unreadable) {
      throw WeirError.invalid(
              "metadata." + key,
              key + " cannot be read. Write a number, or a fault such as drop@10.")
          .asException();
    }
  }
}
