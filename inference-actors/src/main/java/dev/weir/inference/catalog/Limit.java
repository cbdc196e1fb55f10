package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much one upstream key takes from the whole cluster: in no sliding {@code window} more than so
 * many requests, and so many tokens, input and output together. Deployments that name the same
 * limit share it; those behind one prefix do.
 *
 * @param name its configuration without {@code weir.}, such as {@code limits.key}
 * @param requests {@link #NONE} where they are not limited
 * @param tokens the same
 */
public record Limit(String name, long requests, long tokens, Duration window) {

  public static final long NONE = Long.MAX_VALUE;

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String REQUESTS = "requests-per-minute";
  private static final String TOKENS = "tokens-per-minute";

  /** The deployment's own limit, the one it names, or null. */
  static @Nullable Limit of(String at, Config deployment, Config limits) {
    String own = at.substring("weir.".length());
    if (!deployment.hasPath("limit")) {
      boolean limited = deployment.hasPath(REQUESTS) || deployment.hasPath(TOKENS);
      return limited ? from(own, deployment, MINUTE) : null;
    }
    String name = deployment.getString("limit");
    Keys.check(
        limits.hasPath(ConfigUtil.quoteString(name)),
        at + ".limit",
        name,
        "no such limit; known: weir.limits." + limits.root().keySet());
    Keys.check(
        !deployment.hasPath(REQUESTS) && !deployment.hasPath(TOKENS),
        at + ".limit",
        name,
        "shares its limit; leave out its own " + REQUESTS + " and " + TOKENS);
    Config shared = limits.getConfig(ConfigUtil.quoteString(name));
    return from(
        "limits." + ConfigUtil.joinPath(name),
        shared,
        Keys.or(shared, "window", shared::getDuration, MINUTE));
  }

  private static Limit from(String name, Config config, Duration window) {
    Keys.check(
        window.compareTo(Duration.ofSeconds(1)) >= 0,
        "weir." + name + ".window",
        window,
        "at least 1s");
    return new Limit(
        name, in(window, name, REQUESTS, config), in(window, name, TOKENS, config), window);
  }

  private static long in(Duration window, String name, String key, Config config) {
    if (!config.hasPath(key)) {
      return NONE;
    }
    double most = (double) config.getLong(key) * window.toMillis() / MINUTE.toMillis();
    Keys.check(
        most >= 1,
        "weir." + name + "." + key,
        config.getLong(key),
        "at least 1 in " + window.toSeconds() + "s");
    return (long) most;
  }
}
