package dev.weir.cluster.conduit;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigMemorySize;
import dev.weir.cluster.node.ClusterSettings;
import dev.weir.cluster.node.OwnAddress;
import dev.weir.cluster.node.Tls;
import java.time.Duration;
import java.util.Optional;

/**
 * What {@code weir.conduit} says; how safe it must be is the cluster's to say.
 *
 * @param host where this node listens, and what other nodes dial
 * @param port 0: any free one
 * @param flushInterval how long an element may wait for others to share its write
 * @param window how many bytes a stream's producer may be ahead of its consumer
 * @param maxFrame the most bytes in one frame that this node sends
 * @param peerTimeout how long a peer may be away before its streams fail
 * @param openTimeout how long a stream waits for its producer and its reader
 * @param insecure {@code weir.cluster.insecure}: listen beyond loopback without TLS
 * @param tls {@code weir.cluster.tls}
 */
public record ConduitSettings(
    String host,
    int port,
    Duration flushInterval,
    int window,
    int maxFrame,
    Duration peerTimeout,
    Duration openTimeout,
    boolean insecure,
    Optional<Tls> tls,
    Parcelling parcels) {

  /** The largest {@code max-frame} there may be, and so what every node takes. */
  static final int LARGEST_FRAME = 1 << 24;

  private static final String ROOT = "weir.conduit.";

  /**
   * Values that travel beside actor messages.
   *
   * @param inline up to how many bytes a value stays inside its message
   * @param total how many bytes this node keeps for others to fetch
   * @param expire how long it keeps them
   */
  public record Parcelling(int inline, long total, Duration expire) {

    public Parcelling {
      check(inline >= 0 && inline <= 96 * 1024, ROOT + "parcels.inline", inline, "0 to 96k");
      check(total > inline, ROOT + "parcels.total", total, "more than parcels.inline");
      check(!expire.isNegative() && !expire.isZero(), ROOT + "parcels.expire", expire, "above 0");
    }
  }

  public ConduitSettings {
    check(port >= 0 && port <= 65_535, ROOT + "port", port, "0 to 65535");
    check(!flushInterval.isNegative(), ROOT + "flush-interval", flushInterval, "0 or more");
    check(window >= 1024, ROOT + "window", window, "1k or more");
    check(
        maxFrame >= 16 * 1024 && maxFrame <= LARGEST_FRAME,
        ROOT + "max-frame",
        maxFrame,
        "16k to 16m");
    check(peerTimeout.toMillis() >= 100, ROOT + "peer-timeout", peerTimeout, "100ms or more");
    check(openTimeout.toMillis() >= 1, ROOT + "open-timeout", openTimeout, "1ms or more");
  }

  /** Reads {@code weir.conduit} of a node of this cluster. */
  public static ConduitSettings from(Config root, ClusterSettings cluster) {
    Config config = root.getConfig("weir.conduit");
    return new ConduitSettings(
        host(config.getString("host"), cluster),
        config.getInt("port"),
        config.getDuration("flush-interval"),
        bytes(config, "window"),
        bytes(config, "max-frame"),
        config.getDuration("peer-timeout"),
        config.getDuration("open-timeout"),
        cluster.insecure(),
        cluster.tls(),
        new Parcelling(
            bytes(config, "parcels.inline"),
            config.getMemorySize("parcels.total").toBytes(),
            config.getDuration("parcels.expire")));
  }

  private static String host(String host, ClusterSettings cluster) {
    return host.isEmpty() ? cluster.host() : OwnAddress.of(ROOT + "host", host);
  }

  private static int bytes(Config config, String key) {
    ConfigMemorySize size = config.getMemorySize(key);
    check(size.toBytes() <= Integer.MAX_VALUE, ROOT + key, size, "less than 2g");
    return (int) size.toBytes();
  }
}
