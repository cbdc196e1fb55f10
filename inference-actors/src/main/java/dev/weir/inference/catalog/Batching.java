package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * How calls that a deployment's upstream can take together are gathered: {@code batch} of a
 * deployment.
 *
 * @param maxSize inputs in one upstream call at most
 * @param maxTokens tokens in one upstream call at most, estimated; a larger input goes alone
 * @param maxWait how long the first one waits for others at most
 */
public record Batching(int maxSize, long maxTokens, Duration maxWait) {

  public static final Batching DEFAULT = new Batching(32, 100_000, Duration.ofMillis(10));

  /**
   * Reads a deployment's options.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is wrong
   */
  public static Batching from(Deployment deployment) {
    Config options = deployment.options();
    Batching batching =
        new Batching(
            Keys.or(options, "batch.max-size", options::getInt, DEFAULT.maxSize),
            Keys.or(options, "batch.max-tokens", options::getLong, DEFAULT.maxTokens),
            Keys.or(options, "batch.max-wait", options::getDuration, DEFAULT.maxWait));
    check(deployment, "max-size", batching.maxSize, batching.maxSize > 0, "at least 1");
    check(deployment, "max-tokens", batching.maxTokens, batching.maxTokens > 0, "at least 1");
    check(deployment, "max-wait", batching.maxWait, !batching.maxWait.isNegative(), "0 or more");
    return batching;
  }

  private static void check(
      Deployment deployment, String key, Object value, boolean holds, String remedy) {
    Keys.check(holds, deployment.key("batch." + key), value, remedy);
  }
}
