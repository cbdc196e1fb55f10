package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsTest {

  @Test
  void defaultsAreOneNodeOnLoopbackWithEveryRole() {
    assertThat(settings(""))
        .isEqualTo(
            new NodeSettings(
                Set.of(Role.values()),
                new ClusterSettings(
                    "127.0.0.1",
                    0,
                    0,
                    new Discovery(Discovery.Method.CONFIG, List.of(), "weir", 1),
                    false,
                    Optional.empty(),
                    new FailOver(Optional.of("file"), Duration.ofSeconds(2), Duration.ofSeconds(3)),
                    new Stopping(Duration.ZERO, Duration.ofSeconds(60), true),
                    Duration.ofMinutes(2))));
    assertThat(settings("").cluster().looksForOthers()).isFalse();
  }

  @Test
  void everyKeyCanBeChanged(@TempDir Path folder) throws IOException {
    for (String name : List.of("key", "certificate", "ca")) {
      Files.createFile(folder.resolve(name));
    }
    NodeSettings changed =
        settings(
            """
            weir.roles = [inference]
            weir.cluster {
              host = "10.1.2.3", port = 7355, management-port = 7626
              contact-points = ["10.1.2.3:7626", "node2:7627", "node3:7628"]
              discovery = dns, service-name = others, required-contact-points = 3
              insecure = on
              tls { key = "%1$s/key", certificate = "%1$s/certificate", ca = "%1$s/ca" }
              lease = postgresql, acceptable-heartbeat-pause = 4s, stable-after = 7s
              drain-delay = 2s, drain-timeout = 5s, exit-jvm = off, passivate-after = 30s
            }
            """
                .formatted(folder));
    assertThat(changed)
        .isEqualTo(
            new NodeSettings(
                Set.of(Role.INFERENCE),
                new ClusterSettings(
                    "10.1.2.3",
                    7355,
                    7626,
                    new Discovery(
                        Discovery.Method.DNS,
                        List.of(
                            new Discovery.Endpoint("10.1.2.3", 7626),
                            new Discovery.Endpoint("node2", 7627),
                            new Discovery.Endpoint("node3", 7628)),
                        "others",
                        3),
                    true,
                    Optional.of(
                        new Tls(
                            folder.resolve("key"),
                            folder.resolve("certificate"),
                            folder.resolve("ca"))),
                    new FailOver(
                        Optional.of("postgresql"), Duration.ofSeconds(4), Duration.ofSeconds(7)),
                    new Stopping(Duration.ofSeconds(2), Duration.ofSeconds(5), false),
                    Duration.ofSeconds(30))));
    assertThat(changed.cluster().looksForOthers()).isTrue();
  }

  @Test
  void listsMayBeTextWithCommasAsTheEnvironmentGivesThem() {
    NodeSettings node =
        settings(
            """
            weir.roles = "gateway, orchestrator"
            weir.cluster.contact-points = "localhost:7001,127.0.0.1:7002"
            """);
    assertThat(node.roles()).containsExactlyInAnyOrder(Role.GATEWAY, Role.ORCHESTRATOR);
    assertThat(node.cluster().discovery().contactPoints())
        .containsExactly(
            new Discovery.Endpoint("127.0.0.1", 7001), new Discovery.Endpoint("127.0.0.1", 7002));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "3,2", "4,3", "5,3"})
  void aNewClusterNeedsTheMajorityOfTheContactPoints(int named, int required) {
    StringBuilder points = new StringBuilder();
    for (int port = 1; port <= named; port++) {
      points.append("127.0.0.1:").append(port).append(',');
    }
    assertThat(
            settings("weir.cluster.contact-points = \"" + points + "\"")
                .cluster()
                .discovery()
                .requiredContactPoints())
        .isEqualTo(required);
  }

  @Test
  void theLeaseFollowsTheDatabase() {
    assertThat(lease("weir.database.url = \"jdbc:postgresql://db/weir\"")).contains("postgresql");
    assertThat(lease("weir.database.url = \"jdbc:h2:./data/weir\"")).contains("file");
    assertThat(lease("weir.cluster.lease = none")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weir.roles = []                                   | weir.roles",
        "weir.roles = [gatway]                             | weir.roles = gatway",
        "weir.cluster.host = \"\"                          | weir.cluster.host",
        "weir.cluster.host = 0.0.0.0                       | weir.cluster.host = 0.0.0.0",
        "weir.cluster.port = 70000                         | weir.cluster.port = 70000",
        "weir.cluster.port = none                          | weir.cluster.port",
        "weir.cluster.management-port = -1                 | weir.cluster.management-port = -1",
        "weir.cluster.contact-points = [nowhere]           | weir.cluster.contact-points = nowhere",
        "weir.cluster.contact-points = [\"a:0\"]           | weir.cluster.contact-points = a:0",
        "weir.cluster.contact-points = [\"a:x\"]           | weir.cluster.contact-points = a:x",
        "weir.cluster.discovery = gossip                   | weir.cluster.discovery = gossip",
        "weir.cluster.discovery = dns                      | weir.cluster.management-port = 0",
        "weir.cluster.service-name = \"\"                  | weir.cluster.service-name",
        "weir.cluster.required-contact-points = 0          | weir.cluster.required-contact-points ="
            + " 0",
        "weir.cluster { contact-points = [\"a:1\"], required-contact-points = 2 }"
            + " | weir.cluster.required-contact-points = 2",
        "weir.cluster.lease = zookeeper                    | weir.cluster.lease = zookeeper",
        "weir.cluster.stable-after = 0s                    | weir.cluster.stable-after",
        "weir.cluster.stable-after = soon                  | weir.cluster.stable-after",
        "weir.cluster.acceptable-heartbeat-pause = 0s      |"
            + " weir.cluster.acceptable-heartbeat-pause",
        "weir.cluster.drain-delay = -1s                    | weir.cluster.drain-delay",
        "weir.cluster.drain-timeout = -1s                  | weir.cluster.drain-timeout",
        "weir.cluster.passivate-after = 0s                 | weir.cluster.passivate-after",
        "weir.cluster.tls { key = /none, certificate = /none, ca = /none } | weir.cluster.tls.key ="
            + " /none",
        "weir.cluster.tls { certificate = /none }          | key",
      })
  void aBadValueIsNamed(String line, String named) {
    assertThatThrownBy(() -> settings(line))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aClusterBeyondLoopbackIsRefusedWithoutTlsUnlessToldOtherwise() {
    assertThatThrownBy(() -> settings("weir.cluster.host = \"10.0.0.1\""))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "weir.cluster.host = 10.0.0.1: a cluster beyond loopback needs weir.cluster.tls"
                + " { key, certificate, ca }, or weir.cluster.insecure = on to go without");
    assertThat(settings("weir.cluster { host = \"10.0.0.1\", insecure = on }").cluster().host())
        .isEqualTo("10.0.0.1");
    assertThat(settings("weir.cluster.host = localhost").cluster().host()).isEqualTo("127.0.0.1");
  }

  private static Optional<String> lease(String text) {
    return settings(text).cluster().failOver().lease();
  }

  private static NodeSettings settings(String text) {
    Config config = ConfigFactory.parseString(text).withFallback(ConfigFactory.load()).resolve();
    return NodeSettings.from(config);
  }
}
