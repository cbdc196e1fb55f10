package dev.weir.inference.cache.redis;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import io.lettuce.core.RedisURI;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where answers are kept for all nodes, as {@code weir.cache.redis} says.
 *
 * @param uri where it is, and how to be let in; never shown
 * @param prefix of every key there
 * @param timeout how long a call waits for it
 * @param pause how long it is left alone when it does not answer
 * @param maxEntry how many bytes a kept answer has at most
 */
record RedisSettings(RedisURI uri, String prefix, Duration timeout, Duration pause, long maxEntry) {

  private static final String AT = "weir.cache.redis";
  private static final Set<String> SCHEMES = Set.of("redis", "rediss");

  RedisSettings {
    Keys.check(!prefix.isEmpty(), AT + ".prefix", prefix, "at least one letter, such as weir");
    Keys.check(timeout.toMillis() > 0, AT + ".timeout", timeout, "at least 1ms");
    Keys.check(pause.toMillis() > 0, AT + ".pause", pause, "at least 1ms, such as 5s");
    Keys.check(maxEntry > 0, AT + ".max-entry", maxEntry, "at least 1 byte, such as 1m");
  }

  /** Reads {@code weir.cache.redis}; empty where no {@code url} is given. */
  static Optional<RedisSettings> from(Config weir) {
    Config redis = weir.getConfig("cache.redis");
    String url = redis.getString("url").strip();
    return url.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new RedisSettings(
                uri(url),
                redis.getString("prefix"),
                redis.getDuration("timeout"),
                redis.getDuration("pause"),
                redis.getMemorySize("max-entry").toBytes()));
  }

  /** The message shows nothing of what was given: it may hold a password. */
  private static RedisURI uri(String url) {
    try {
      URI parts = new URI(url).parseServerAuthority();
      if (SCHEMES.contains(parts.getScheme()) && parts.getHost() != null) {
        return RedisURI.create(parts);
      }
    } catch (URISyntaxException | RuntimeException wrong) {
      throw refused();
    }
    throw refused();
  }

  private static RuntimeException refused() {
    return Keys.refusal(
        AT + ".url",
        "(not shown)",
        "write redis://[[user]:password@]host[:port][/database], or rediss:// for TLS, with what"
            + " is special in user and password as %XX");
  }

  /** Where it is, without how to be let in. */
  String place() {
    return uri.getHost() + ":" + uri.getPort();
  }

  /** Without the uri. */
  @Override
  public String toString() {
    return "RedisSettings[" + place() + "]";
  }
}
