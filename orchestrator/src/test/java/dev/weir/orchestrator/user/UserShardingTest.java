package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Price;
import dev.weir.orchestrator.user.Admission.Granted;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.junit.jupiter.api.Test;

class UserShardingTest {

  private static final String NODE =
      """
      pekko.actor.provider = cluster
      pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
      pekko.cluster.jmx.enabled = off
      pekko.coordinated-shutdown.terminate-actor-system = off
      pekko.coordinated-shutdown.run-by-actor-system-terminate = off
      """;

  @Test
  void answersUnderItsEntityId() {
    ActorTestKit testKit =
        ActorTestKit.create(
            ConfigFactory.parseString(NODE + UserFixture.BINDINGS)
                .withFallback(PersistenceTestKitPlugin.config())
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.load()));
    try {
      Cluster cluster = Cluster.get(testKit.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      TierSettings tier =
          TierSettings.from(ConfigFactory.parseString("tokens-per-day = 1000, weight = 1"));
      ClusterSharding sharding = ClusterSharding.get(testKit.system());
      sharding.init(
          User.entity(
              testKit.system(),
              new User.Parts(
                  entityId -> entityId.equals("acme/alice") ? tier : TierSettings.UNLIMITED,
                  InstantSource.system(),
                  () -> UUID.randomUUID().toString(),
                  Duration.ofMinutes(2))));

      EntityRef<User.Command> alice = sharding.entityRefFor(User.TYPE_KEY, "acme/alice");
      TestProbe<Admission> admissions = testKit.createTestProbe();
      alice.tell(
          new User.Reserve(
              UserFixture.key("a"),
              new Demand(600, 4000, 1, Price.FREE),
              admissions.ref(),
              admissions.ref(),
              TraceContext.NONE));
      Admission admission = admissions.receiveMessage(Duration.ofSeconds(60));
      assertThat(admission)
          .isInstanceOfSatisfying(
              Granted.class, granted -> assertThat(granted.outputCap()).isEqualTo(400));
    } finally {
      testKit.shutdownTestKit();
    }
  }
}
