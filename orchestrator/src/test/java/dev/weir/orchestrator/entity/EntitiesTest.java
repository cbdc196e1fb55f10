package dev.weir.orchestrator.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EntitiesTest {

  private record Question(int number, ActorRef<String> replyTo) {}

  private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config());
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final ManualTime time = ManualTime.get(KIT.system());
  private final TestProbe<ShardingEnvelope<Question>> shards = KIT.createTestProbe();
  private final Entities<Question> entities = new Entities<>(KIT.system(), shards.ref());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void asksAgainUntilThereIsAnAnswer() {
    CompletableFuture<String> answer = ask();
    assertThat(asked().number()).isEqualTo(1);
    time.timePasses(PATIENCE);
    asked();
    time.timePasses(PATIENCE);
    asked().replyTo().tell("here");

    assertThat(answer.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("here");
  }

  @Test
  void givesUpAfterFourTries() {
    CompletableFuture<String> answer = ask();
    for (int tries = 0; tries < 4; tries++) {
      asked();
      assertThat(answer).isNotDone();
      time.timePasses(PATIENCE);
    }
    assertThatThrownBy(() -> answer.orTimeout(60, TimeUnit.SECONDS).join())
        .cause()
        .isInstanceOfSatisfying(
            WeirException.class,
            failure -> assertThat(failure.error()).isInstanceOf(WeirError.Unavailable.class));
    shards.expectNoMessage(Duration.ZERO);
  }

  private CompletableFuture<String> ask() {
    return entities
        .<String>ask("an/entity", replyTo -> new Question(1, replyTo))
        .toCompletableFuture();
  }

  private Question asked() {
    ShardingEnvelope<Question> envelope = shards.receiveMessage(Duration.ofSeconds(60));
    assertThat(envelope.entityId()).isEqualTo("an/entity");
    return envelope.message();
  }
}
