package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.orchestrator.user.Admission.Granted;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserPassivationTest {

  private static final Duration IDLE = Duration.ofSeconds(121);

  private ActorTestKit testKit;
  private ManualTime time;

  @BeforeAll
  void start() {
    testKit =
        ActorTestKit.create(
            ConfigFactory.parseString(UserFixture.BINDINGS)
                .withFallback(ManualTime.config())
                .withFallback(PersistenceTestKitPlugin.config())
                .withFallback(PersistenceTestKitSnapshotPlugin.config()));
    time = ManualTime.get(testKit.system());
  }

  @AfterAll
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void leavesMemoryOnlyWithNothingOpenAndHandsBackItsBlock() {
    UserFixture alice = new UserFixture(testKit, "tokens-per-day = 100000");
    Granted granted = alice.reserved("a", 60, 40);
    alice.today();
    time.expectNoMessageFor(IDLE, alice.shard);

    alice.settle(granted, UserFixture.used(10, 0));
    alice.today();
    alice.shard.awaitAssert(
        () -> {
          time.timePasses(IDLE);
          return alice.shard.expectMessageClass(
              ClusterSharding.Passivate.class, Duration.ofMillis(100));
        });

    alice.stopGracefully();
    assertThat(alice.today().remaining()).isEqualTo(99_990);
  }
}
