package dev.weir.inference.catalog;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;

/**
 * What is done for a deployment before its first call: {@code warm} of a deployment.
 *
 * @param connections how many connections to its upstream each node keeps open beside those in use
 * @param probe whether the upstream is asked if key and model are right
 * @param timeout how long a node that starts waits for that before it is ready
 * @param required whether it waits for ever
 */
public record Warming(int connections, boolean probe, Duration timeout, boolean required) {

  private static final int MOST_CONNECTIONS = 64;
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final String MODELS = "models";

  /**
   * Reads a deployment's options.
   *
   * @throws com.typesafe.config.ConfigException naming the key that is wrong
   */
  public static Warming from(Deployment deployment) {
    Config warm = deployment.options().getConfig("warm");
    int connections = warm.getInt("connections");
    Duration timeout = warm.getDuration("timeout");
    String probe = warm.getString("probe");
    check(
        deployment,
        "connections",
        connections,
        connections >= 0 && connections <= MOST_CONNECTIONS,
        "0 to " + MOST_CONNECTIONS);
    check(
        deployment,
        "timeout",
        timeout,
        timeout.isPositive() && timeout.compareTo(LONGEST) <= 0,
        "more than 0 and at most " + LONGEST.toSeconds() + "s");
    boolean models = probe.equals(MODELS);
    check(deployment, "probe", probe, models || probe.equals("off"), "off or " + MODELS);
    return new Warming(connections, models, timeout, warm.getBoolean("required"));
  }

  /** Whether there is anything to do. */
  public boolean isOn() {
    return connections > 0 || probe;
  }

  private static void check(
      Deployment deployment, String key, Object value, boolean holds, String remedy) {
    Keys.check(holds, deployment.key("warm." + key), value, remedy);
  }
}
