package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.telemetry.TraceContext;
import java.time.Duration;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettlementsTest {

  private static final String USER = "tenant/user";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<ShardingEnvelope<User.Command>> users = kit.createTestProbe();
  private final ActorRef<Settlements.Command> settlements =
      kit.spawn(Settlements.create(users.ref()));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aSettlementIsSentAgainUntilItIsAcknowledged() {
    settle(1);
    User.Settle first = expect(User.Settle.class);
    time.timePasses(Duration.ofSeconds(4));
    User.Settle again = expect(User.Settle.class);
    assertThat(again.key()).isEqualTo(first.key());
    acknowledge(again);
    settle(2);
    assertThat(expect(User.Settle.class).key()).isEqualTo(key(2));
    time.timePasses(Duration.ofSeconds(4));
    assertThat(expect(User.Settle.class).key()).isEqualTo(key(2));
    users.expectNoMessage(Duration.ZERO);
  }

  @Test
  void theRunsEndFollowsItsLastSettlement() {
    settle(1);
    settle(2);
    User.Settle first = expect(User.Settle.class);
    User.Settle second = expect(User.Settle.class);
    settlements.tell(new Settlements.EndRun(USER, "resp"));
    acknowledge(first);
    settle("other", 1);
    assertThat(expect(User.Settle.class).key().responseId()).isEqualTo("other");
    acknowledge(second);
    assertThat(expect(User.EndRun.class).responseId()).isEqualTo("resp");
  }

  @Test
  void anAcknowledgementThatComesTwiceEndsNothingElse() {
    settle(1);
    settle(2);
    User.Settle first = expect(User.Settle.class);
    User.Settle second = expect(User.Settle.class);
    settlements.tell(new Settlements.EndRun(USER, "resp"));
    acknowledge(first);
    acknowledge(first);
    settle("other", 1);
    expect(User.Settle.class);
    acknowledge(second);
    expect(User.EndRun.class);
  }

  @Test
  void aRunWithoutSettlementsEndsAtOnce() {
    settlements.tell(new Settlements.EndRun(USER, "resp"));
    assertThat(expect(User.EndRun.class).responseId()).isEqualTo("resp");
  }

  @Test
  void theRunsEndIsToldAgainUntilItIsAcknowledgedAndOnlyThenIsNothingLeft() {
    TestProbe<Done> drained = kit.createTestProbe();
    settle(1);
    settlements.tell(new Settlements.EndRun(USER, "resp"));
    settlements.tell(new Settlements.Drain(drained.ref()));
    acknowledge(expect(User.Settle.class));
    expect(User.EndRun.class);
    time.timePasses(Duration.ofSeconds(4));
    User.EndRun again = expect(User.EndRun.class);
    drained.expectNoMessage(Duration.ZERO);
    again.replyTo().tell(new User.RunEnded("resp"));
    drained.receiveMessage();
    time.timePasses(Duration.ofSeconds(4));
    users.expectNoMessage(Duration.ZERO);
  }

  private void settle(int attempt) {
    settle("resp", attempt);
  }

  private void settle(String response, int attempt) {
    settlements.tell(
        new Settlements.Settle(
            USER,
            new Key(response, "generate", attempt),
            null,
            new Charge.Nothing(),
            TraceContext.NONE));
  }

  private static Key key(int attempt) {
    return new Key("resp", "generate", attempt);
  }

  private static void acknowledge(User.Settle settle) {
    settle.replyTo().tell(new User.Settled(settle.key()));
  }

  private <T extends User.Command> T expect(Class<T> type) {
    ShardingEnvelope<User.Command> envelope = users.receiveMessage();
    assertThat(envelope.entityId()).isEqualTo(USER);
    assertThat(envelope.message()).isInstanceOf(type);
    return type.cast(envelope.message());
  }
}
