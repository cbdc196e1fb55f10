package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Which answers of a deployment are kept, for how long, and who shares them.
 *
 * @param ttl from the end of an answer
 * @param semantic whether the answer to a like question does, too
 */
public record CacheSettings(Calls calls, Duration ttl, Scope scope, Semantic semantic) {

  /** Only what requests ask for, as long as they stay with their user. */
  public static final CacheSettings DEFAULT =
      new CacheSettings(Calls.ASKED, Duration.ofMinutes(10), Scope.USER, Semantic.OFF);

  /** Which calls may be answered by another's answer. */
  public enum Calls {
    /** None, whatever a request asks for. */
    NONE,
    /** Those that ask for it. */
    ASKED,
    /** Those, and those that always have the same answer. */
    DETERMINISTIC,
    /** All that do not ask for the contrary. */
    ALL
  }

  /** Whose equal calls share an answer. */
  public enum Scope {
    USER,
    TENANT
  }

  /**
   * When a question is like another.
   *
   * @param threshold from which cosine on
   * @param embeddings the deployment that makes the vectors
   * @param maxEntries how many questions one is compared with at most
   * @param maxWait how long a call waits for its vector
   */
  public record Semantic(
      boolean enabled, double threshold, String embeddings, int maxEntries, Duration maxWait) {

    /** Never, unless told. */
    public static final Semantic OFF =
        new Semantic(false, 0.95, "embed", 1000, Duration.ofMillis(300));

    private static final Set<String> KEYS =
        Set.of("enabled", "threshold", "embeddings", "max-entries", "max-wait");

    static Semantic from(Config semantic, String at) {
      Keys.only(at, semantic, KEYS);
      double threshold = semantic.getDouble("threshold");
      int entries = semantic.getInt("max-entries");
      Duration wait = semantic.getDuration("max-wait");
      Keys.check(
          threshold > 0 && threshold <= 1, at + ".threshold", threshold, "more than 0, up to 1.0");
      Keys.check(entries >= 1, at + ".max-entries", entries, "at least 1");
      Keys.check(wait.isPositive(), at + ".max-wait", wait, "more than 0, such as 300ms");
      return new Semantic(
          semantic.getBoolean("enabled"),
          threshold,
          semantic.getString("embeddings"),
          entries,
          wait);
    }
  }

  static CacheSettings from(Config cache, String at) {
    Duration ttl = cache.getDuration("ttl");
    Keys.check(ttl.isPositive(), at + ".ttl", ttl, "more than 0, such as 10m");
    return new CacheSettings(
        word(Calls.class, cache, at, "calls"),
        ttl,
        word(Scope.class, cache, at, "scope"),
        Semantic.from(cache.getConfig("semantic"), at + ".semantic"));
  }

  private static <E extends Enum<E>> E word(Class<E> type, Config config, String at, String key) {
    String value = config.getString(key);
    return Arrays.stream(type.getEnumConstants())
        .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                Keys.refusal(
                    at + "." + key,
                    value,
                    "use one of "
                        + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)));
  }
}
