package dev.weir.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns {@code weir.*} into what Pekko reads. Strongest first: {@code weir.pekko}, what the
 * settings say, {@code pekko.conf} beside this class, the configuration given.
 */
public final class PekkoConfig {

  private static final String BOOTSTRAP = "pekko.management.cluster.bootstrap.";
  private static final String SHUTDOWN = "pekko.coordinated-shutdown.";

  private final Map<String, Object> values = new HashMap<>();
  private final NodeSettings node;
  private final ClusterSettings cluster;

  private PekkoConfig(NodeSettings node) {
    this.node = node;
    this.cluster = node.cluster();
  }

  /** The configuration to start this node's actor system with. */
  public static Config of(NodeSettings node, Config config) {
    Config own =
        config.hasPath("weir.pekko")
            ? config.getConfig("weir.pekko").atPath("pekko")
            : ConfigFactory.empty();
    Config ours =
        ConfigFactory.parseResources(
            PekkoConfig.class, "pekko.conf", ConfigParseOptions.defaults().setAllowMissing(false));
    return own.withFallback(ConfigFactory.parseMap(new PekkoConfig(node).values()))
        .withFallback(ours)
        .withFallback(config)
        .resolve();
  }

  private Map<String, Object> values() {
    addresses();
    discovery();
    failOver();
    stopping();
    cluster.tls().ifPresent(this::tls);
    return values;
  }

  private void addresses() {
    values.put("pekko.remote.artery.canonical.hostname", cluster.host());
    values.put("pekko.remote.artery.canonical.port", cluster.port());
    values.put("pekko.management.http.hostname", cluster.host());
    values.put("pekko.management.http.port", cluster.managementPort());
    values.put("pekko.cluster.roles", node.roles().stream().map(Role::label).sorted().toList());
    values.put(
        "pekko.cluster.sharding.passivation.default-idle-strategy.idle-entity.timeout",
        text(cluster.passivateAfter()));
  }

  private void discovery() {
    Discovery discovery = cluster.discovery();
    boolean dns = discovery.method() == Discovery.Method.DNS;
    String name = discovery.serviceName();
    List<Map<String, Object>> endpoints =
        discovery.contactPoints().stream()
            .map(at -> Map.<String, Object>of("host", at.host(), "port", at.port()))
            .toList();
    values.put("pekko.discovery.method", dns ? "pekko-dns" : "config");
    values.put(
        "pekko.discovery.config.services." + ConfigUtil.quoteString(name) + ".endpoints",
        endpoints);
    String points = BOOTSTRAP + "contact-point-discovery.";
    values.put(points + "service-name", name);
    values.put(points + "effective-name", name);
    values.put(points + "required-contact-point-nr", discovery.requiredContactPoints());
    // What is configured stays; what DNS says may still change, and all of it must answer.
    values.put(points + "stable-margin", dns ? "5s" : "200ms");
    values.put(points + "contact-with-all-contact-points", dns);
  }

  private void failOver() {
    FailOver failOver = cluster.failOver();
    String resolver = "pekko.cluster.split-brain-resolver.";
    values.put(resolver + "stable-after", text(failOver.stableAfter()));
    values.put(
        "pekko.cluster.failure-detector.acceptable-heartbeat-pause",
        text(failOver.acceptableHeartbeatPause()));
    values.put(
        resolver + "active-strategy",
        failOver.lease().isPresent() ? "lease-majority" : "keep-majority");
    failOver
        .lease()
        .ifPresent(
            lease ->
                values.put(
                    resolver + "lease-majority.lease-implementation",
                    "weir.cluster.leases." + ConfigUtil.quoteString(lease)));
  }

  private void stopping() {
    values.put(SHUTDOWN + "exit-jvm", cluster.stopping().exitJvm());
    values.put(
        SHUTDOWN + "phases.before-service-unbind.timeout", text(cluster.stopping().longest()));
    exitCode("ClusterDowningReason$", ClusterFormation.EXIT_DOWNED);
    exitCode("ClusterJoinUnsuccessfulReason$", ClusterFormation.EXIT_NOT_JOINED);
  }

  private void exitCode(String reason, int code) {
    String name = ConfigUtil.quoteString("org.apache.pekko.actor.CoordinatedShutdown$" + reason);
    values.put(SHUTDOWN + "reason-overrides." + name + ".exit-code", code);
  }

  private void tls(Tls tls) {
    String ssl = "pekko.remote.artery.ssl.";
    values.put("pekko.remote.artery.transport", "tls-tcp");
    values.put(
        ssl + "ssl-engine-provider",
        "org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider");
    values.put(ssl + "rotating-keys-engine.key-file", tls.key().toString());
    values.put(ssl + "rotating-keys-engine.cert-file", tls.certificate().toString());
    values.put(ssl + "rotating-keys-engine.ca-cert-file", tls.ca().toString());
  }

  private static String text(Duration duration) {
    return duration.toMillis() + "ms";
  }
}
