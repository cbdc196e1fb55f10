package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Which answers of a deployment are kept, for how long, and who shares them.
 *
 * @param ttl from the end of an answer
 */
public record CacheSettings(Calls calls, Duration ttl, Scope scope) {

  /** Only what requests ask for, as long as they stay with their user. */
  public static final CacheSettings DEFAULT =
      new CacheSettings(Calls.ASKED, Duration.ofMinutes(10), Scope.USER);

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

  static CacheSettings from(Config cache, String at) {
    Duration ttl = cache.getDuration("ttl");
    Keys.check(ttl.isPositive(), at + ".ttl", ttl, "more than 0, such as 10m");
    return new CacheSettings(
        word(Calls.class, cache, at, "calls"), ttl, word(Scope.class, cache, at, "scope"));
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
