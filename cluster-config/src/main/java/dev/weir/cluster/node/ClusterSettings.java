package dev.weir.cluster.node;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Optional;

/**
 * How this node is reached, finds the others, and outlives them.
 *
 * @param host the address at which the other nodes reach this one
 * @param port of remoting; 0 takes a free one
 * @param managementPort where nodes that look for a cluster ask; 0 takes a free one
 * @param tls the certificates both sides show, needed beyond loopback unless {@code insecure}
 */
public record ClusterSettings(
    String host,
    int port,
    int managementPort,
    Discovery discovery,
    boolean insecure,
    Optional<Tls> tls,
    FailOver failOver,
    Stopping stopping,
    Duration passivateAfter) {

  private static final String ROOT = "weir.cluster.";

  public ClusterSettings {
    check(
        isLoopback(host) || tls.isPresent() || insecure,
        ROOT + "host",
        host,
        "a cluster beyond loopback needs weir.cluster.tls { key, certificate, ca }, or"
            + " weir.cluster.insecure = on to go without");
    checkPort(ROOT + "port", port);
    checkPort(ROOT + "management-port", managementPort);
    check(
        discovery.method() != Discovery.Method.DNS || managementPort > 0,
        ROOT + "management-port",
        managementPort,
        "discovery = dns needs a port that is the same on every node");
    check(
        passivateAfter.isPositive(), ROOT + "passivate-after", passivateAfter, "must be positive");
  }

  static ClusterSettings from(Config config) {
    return new ClusterSettings(
        OwnAddress.of(ROOT + "host", config.getString(ROOT + "host")),
        config.getInt(ROOT + "port"),
        config.getInt(ROOT + "management-port"),
        Discovery.from(config),
        config.getBoolean(ROOT + "insecure"),
        Tls.from(config),
        FailOver.from(config),
        Stopping.from(config),
        config.getDuration(ROOT + "passivate-after"));
  }

  /** Whether this node has others to look for; if not, it is a cluster by itself at once. */
  public boolean looksForOthers() {
    return discovery.method() == Discovery.Method.DNS || !discovery.contactPoints().isEmpty();
  }

  private static boolean isLoopback(String host) {
    return host.startsWith("127.") || host.equals("::1");
  }

  private static void checkPort(String key, int port) {
    check(port >= 0 && port <= 65_535, key, port, "expected a port, or 0 for a free one");
  }
}
