package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterFormationTest {

  private final List<ActorTestKit> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started
        .reversed()
        .forEach(kit -> ActorTestKit.shutdown(kit.system(), Duration.ofSeconds(60), true));
  }

  @Test
  void isUpOnlyAfterForming() throws Exception {
    Config config = config("lease = none");
    ActorSystem<?> system = start(config);
    assertThat(ClusterFormation.isUp(system)).isFalse();
    form(system, config);
    assertThat(ClusterFormation.isUp(system)).isTrue();
    assertThat(ClusterFormation.up(system).toCompletableFuture().get(30, TimeUnit.SECONDS))
        .isEqualTo(Done.getInstance());
  }

  @Test
  void aNodeThatStopsBeforeItIsUpSaysSo() {
    ActorSystem<?> system = start(config("lease = none"));
    var up = ClusterFormation.up(system).toCompletableFuture();
    system.terminate();
    assertThatThrownBy(() -> up.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("Left before it was up");
  }

  @Test
  void theChosenLeaseIsMadeForTheSplitBrainResolver() throws Exception {
    Config config =
        config(
            "lease = remembering, leases.remembering = ${weir.cluster.lease-defaults} { lease-class"
                + " = \""
                + RememberingLease.class.getName()
                + "\" }");
    form(start(config), config);
    assertThat(RememberingLease.NAMES).containsExactly("weir-pekko-sbr");
  }

  /** Two addresses of loopback and one port, as two containers have: Linux has all of 127/8. */
  @Test
  void nodesThatDnsKnowsByOneNameMeet() throws Exception {
    try (NameServer dns = NameServer.answering("weir.test", "127.0.0.1")) {
      int port = FreePorts.one();
      String common =
          "lease = none, discovery = dns, service-name = weir.test, management-port = " + port;
      Config first = named(dns, common + ", host = 127.0.0.1");
      Config second = named(dns, common + ", host = 127.0.0.2");
      ActorSystem<?> one = start(first);
      ActorSystem<?> other = start(second);
      var formed = formation(one, first);
      dns.answer("127.0.0.1", "127.0.0.2");
      formation(other, second).get(60, TimeUnit.SECONDS);
      formed.get(60, TimeUnit.SECONDS);
      assertThat(Cluster.get(other.classicSystem()).state().getMembers()).hasSize(2);
      assertThat(dns.queries()).contains("weir.test");
    }
  }

  private static Config named(NameServer dns, String cluster) {
    return config(
        cluster + "}, weir.pekko.io.dns.async-dns.nameservers = [\"" + dns.address() + "\"], z {");
  }

  @Test
  void nodesWithCertificatesMeetAndStrangersAreTurnedAway(@TempDir Path folder) throws Exception {
    int port = FreePorts.one();
    String common =
        "lease = none, contact-points = [\"127.0.0.1:"
            + port
            + "\"], "
            + Certificate.create(folder).config();
    Config first = config(common + ", management-port = " + port);
    Config second = config(common);
    ActorSystem<?> one = start(first);
    ActorSystem<?> other = start(second);
    form(one, first);
    form(other, second);
    assertThat(Cluster.get(other.classicSystem()).state().getMembers()).hasSize(2);
    try (SSLSocket stranger = withoutCertificate(Cluster.get(one.classicSystem()).selfAddress())) {
      assertThatThrownBy(() -> stranger.getInputStream().read()).isInstanceOf(SSLException.class);
    }
  }

  /** Connects, and finds TLS on the other side; that side then looks for our certificate. */
  private static SSLSocket withoutCertificate(Address address) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new Credulous()}, new SecureRandom());
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", address.getPort().get());
    socket.setSoTimeout(20_000);
    socket.startHandshake();
    return socket;
  }

  private ActorSystem<Void> start(Config config) {
    ActorTestKit kit = ActorTestKit.create(ClusterFormation.SYSTEM, config);
    started.add(kit);
    return kit.system();
  }

  private static void form(ActorSystem<?> system, Config config) throws Exception {
    formation(system, config).get(60, TimeUnit.SECONDS);
  }

  private static CompletableFuture<Done> formation(ActorSystem<?> system, Config config) {
    return ClusterFormation.form(system, NodeSettings.from(config).cluster()).toCompletableFuture();
  }

  private static Config config(String cluster) {
    Config config =
        ConfigFactory.parseString("weir.cluster { exit-jvm = off, " + cluster + " }")
            .withFallback(ConfigFactory.load())
            .resolve();
    return PekkoConfig.of(NodeSettings.from(config), config);
  }

  /** Trusts whoever answers. */
  private static final class Credulous implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
