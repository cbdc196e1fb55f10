package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PekkoConfigTest {

  private static final String BOOTSTRAP =
      "pekko.management.cluster.bootstrap.contact-point-discovery.";

  @Test
  void oneNodeSpeaksArteryOnLoopbackAndShardsOverOrchestrators() {
    Config pekko = effective("");
    assertThat(pekko.getString("pekko.actor.provider")).isEqualTo("cluster");
    assertThat(pekko.getBoolean("pekko.actor.allow-java-serialization")).isFalse();
    assertThat(pekko.getString("pekko.remote.artery.transport")).isEqualTo("tcp");
    assertThat(pekko.getString("pekko.remote.artery.canonical.hostname")).isEqualTo("127.0.0.1");
    assertThat(pekko.getInt("pekko.remote.artery.canonical.port")).isZero();
    assertThat(pekko.getStringList("pekko.cluster.roles"))
        .containsExactly("gateway", "inference", "orchestrator");
    assertThat(pekko.getInt("pekko.cluster.sharding.number-of-shards")).isEqualTo(256);
    assertThat(pekko.getString("pekko.cluster.sharding.role")).isEqualTo("orchestrator");
    assertThat(pekko.getBoolean("pekko.cluster.sharding.remember-entities")).isFalse();
  }

  @Test
  void theLeaseSettlesSplitsAndTheRemovedExitWithACodeOfTheirOwn() {
    Config pekko = effective("weir.cluster { stable-after = 4s, lease = postgresql }");
    String resolver = "pekko.cluster.split-brain-resolver.";
    assertThat(pekko.getString(resolver + "active-strategy")).isEqualTo("lease-majority");
    assertThat(pekko.getDuration(resolver + "stable-after")).isEqualTo(Duration.ofSeconds(4));
    Config lease =
        pekko.getConfig(pekko.getString(resolver + "lease-majority.lease-implementation"));
    assertThat(lease.getString("lease-class")).endsWith(".JdbcLease");
    assertThat(lease.getDuration("heartbeat-timeout")).isEqualTo(Duration.ofSeconds(10));
    Config reasons = pekko.getConfig("pekko.coordinated-shutdown.reason-overrides");
    String reason = "\"org.apache.pekko.actor.CoordinatedShutdown$%s$\".exit-code";
    assertThat(reasons.getInt(reason.formatted("ClusterDowningReason"))).isEqualTo(76);
    assertThat(reasons.getInt(reason.formatted("ClusterJoinUnsuccessfulReason"))).isEqualTo(75);
  }

  @Test
  void contactPointsBecomeTheEndpointsOfConfiguredDiscovery() {
    Config pekko =
        effective(
            """
            weir.cluster {
              host = localhost, management-port = 7001, service-name = "weir.local"
              contact-points = ["localhost:7001", "localhost:7002", "localhost:7003"]
            }
            """);
    assertThat(pekko.getString("pekko.discovery.method")).isEqualTo("config");
    assertThat(pekko.getConfigList("pekko.discovery.config.services.\"weir.local\".endpoints"))
        .extracting(at -> at.getString("host") + ":" + at.getInt("port"))
        .containsExactly("127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003");
    assertThat(pekko.getInt(BOOTSTRAP + "required-contact-point-nr")).isEqualTo(2);
    assertThat(pekko.getBoolean(BOOTSTRAP + "contact-with-all-contact-points")).isFalse();
    assertThat(pekko.getString("pekko.management.cluster.bootstrap.join-decider.class"))
        .isEqualTo(LowestContactPoint.class.getName());
    assertThat(pekko.getInt("pekko.management.http.port")).isEqualTo(7001);
    assertThat(pekko.getBoolean("pekko.management.http.route-providers-read-only")).isTrue();
  }

  @Test
  void dnsLooksTheServiceUp() {
    Config pekko =
        effective("weir.cluster { discovery = dns, management-port = 7626, service-name = nodes }");
    assertThat(pekko.getString("pekko.discovery.method")).isEqualTo("pekko-dns");
    assertThat(pekko.getString(BOOTSTRAP + "effective-name")).isEqualTo("nodes");
    assertThat(pekko.getBoolean(BOOTSTRAP + "contact-with-all-contact-points")).isTrue();
    assertThat(pekko.getInt(BOOTSTRAP + "required-contact-point-nr")).isEqualTo(2);
  }

  @Test
  void tlsTakesThePemFiles(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("node.pem"));
    Config pekko =
        effective(
            "weir.cluster.tls { key = \"%1$s\", certificate = \"%1$s\", ca = \"%1$s\" }"
                .formatted(file));
    assertThat(pekko.getString("pekko.remote.artery.transport")).isEqualTo("tls-tcp");
    assertThat(pekko.getString("pekko.remote.artery.ssl.rotating-keys-engine.ca-cert-file"))
        .isEqualTo(file.toString());
  }

  @Test
  void whatTheOperatorTellsPekkoIsStrongest() {
    Config pekko = effective("weir.pekko.cluster.sharding.number-of-shards = 16");
    assertThat(pekko.getInt("pekko.cluster.sharding.number-of-shards")).isEqualTo(16);
  }

  private static Config effective(String text) {
    Config config = ConfigFactory.parseString(text).withFallback(ConfigFactory.load()).resolve();
    return PekkoConfig.of(NodeSettings.from(config), config);
  }
}
