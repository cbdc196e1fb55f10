package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two members of one cluster, of which one leaves. */
class DeparturesTest {

  private final int port = FreePorts.one();
  private final ActorTestKit stays = node("management-port = " + port);
  private final ActorTestKit leaves = node("z = 0");

  @AfterEach
  void stop() {
    ActorTestKit.shutdown(leaves.system(), Duration.ofSeconds(60), true);
    ActorTestKit.shutdown(stays.system(), Duration.ofSeconds(60), true);
  }

  @Test
  void whoStaysHearsWhoWentAndWhoGoesHearsOfNobody() throws Exception {
    form(stays);
    form(leaves);
    List<Long> heardByTheLeaving = new CopyOnWriteArrayList<>();
    TestProbe<Long> heard = stays.createTestProbe();
    stays.spawn(Departures.create(gone -> heard.ref().tell(gone)));
    TestProbe<?> watcher = stays.createTestProbe();
    var departures = leaves.spawn(Departures.create(heardByTheLeaving::add));
    long incarnation = Cluster.get(leaves.system().classicSystem()).selfUniqueAddress().longUid();

    CoordinatedShutdown.get(leaves.system())
        .runAll(CoordinatedShutdown.clusterLeavingReason())
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);

    assertThat(heard.receiveMessage(Duration.ofSeconds(60))).isEqualTo(incarnation);
    watcher.expectTerminated(departures);
    assertThat(heardByTheLeaving).isEmpty();
  }

  private void form(ActorTestKit kit) throws Exception {
    ActorSystem<?> system = kit.system();
    ClusterFormation.form(system, NodeSettings.from(system.settings().config()).cluster())
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private ActorTestKit node(String own) {
    Config config =
        ConfigFactory.parseString(
                "weir.cluster { exit-jvm = off, lease = none, contact-points = [\"127.0.0.1:%d\"], %s }"
                    .formatted(port, own))
            .withFallback(ConfigFactory.load())
            .resolve();
    return ActorTestKit.create(
        ClusterFormation.SYSTEM, PekkoConfig.of(NodeSettings.from(config), config));
  }
}
