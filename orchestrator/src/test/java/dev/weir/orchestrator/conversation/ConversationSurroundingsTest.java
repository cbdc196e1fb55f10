package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.conversation.Conversation.Command;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Refused;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import dev.weir.orchestrator.persistence.PersistenceConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Time, failures and other nodes around one conversation. */
class ConversationSurroundingsTest {

  private static final String ID = "default/alice/c1";

  private final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(ManualTime.config())
              .withFallback(PersistenceConfig.overlay()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<Reply> replies = kit.createTestProbe();
  private final TestProbe<Object> run = kit.createTestProbe();
  private final TestKeys keys = new TestKeys();
  private final AtomicInteger keptAlive = new AtomicInteger();
  private final RemotePacker packer = new RemotePacker();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void heldConversationIsKeptFromPassivation() {
    ActorRef<Command> entity = spawn();
    ask(entity, reply -> new Conversation.Create("c", Map.of(), reply));
    time.timePasses(Duration.ofMinutes(2));
    assertThat(keptAlive).hasValue(0);
    ask(entity, exclusive("r1"));
    time.timePasses(Duration.ofMinutes(2));
    ask(entity, Conversation.Describe::new);
    assertThat(keptAlive).hasValue(4);
    ask(entity, reply -> new Conversation.Release("r1", reply));
    time.timePasses(Duration.ofMinutes(2));
    ask(entity, Conversation.Describe::new);
    assertThat(keptAlive).hasValue(4);
  }

  @Test
  void failedWriteIsRepeatedWithoutLossOfTheHold() {
    ActorRef<Command> entity = spawn();
    ask(entity, reply -> new Conversation.Create("c", Map.of(), reply));
    ask(entity, exclusive("r1"));
    journal.failNextPersisted(persistenceId());
    entity.tell(append("r1", true, new Packed.Inline(List.of())).apply(replies.getRef()));
    entity.tell(exclusive("r2").apply(replies.getRef()));
    assertThat(replyInTime()).isInstanceOf(Refused.class);
    assertThat(ask(entity, append("r1", true, new Packed.Inline(List.of())))).isEqualTo(new Done());
    assertThat(ask(entity, exclusive("r2"))).isInstanceOf(Conversation.Items.class);
  }

  @Test
  void failedRecoveryIsTriedAgain() {
    ask(spawn(), append("r1", false, new Packed.Inline(List.of())));
    journal.failNextRead(persistenceId());
    ActorRef<Command> again = spawn();
    again.tell(append("r1", false, new Packed.Inline(List.of())).apply(replies.getRef()));
    assertThat(replyInTime()).isEqualTo(new Done());
  }

  @Test
  void itemsThatTravelBesideTheMessageAreFetched() {
    ActorRef<Command> entity = spawn();
    List<Item> items = List.of(Item.message("i", Role.USER, "large"));
    entity.tell(append("r1", false, new Ticket()).apply(replies.getRef()));
    packer.arrived.complete(items);
    replies.expectMessage(new Done());
    assertThat(
            ask(
                entity,
                reply ->
                    new Conversation.Context(
                        "r1", false, "x", run.getRef(), reply, TraceContext.NONE)))
        .isEqualTo(new Conversation.Items(new Packed.Inline(items)));
  }

  @Test
  void itemsThatNeverArriveRefuseTheAppend() {
    ActorRef<Command> entity = spawn();
    entity.tell(append("r1", false, new Ticket()).apply(replies.getRef()));
    WeirError away = new WeirError.Unavailable("peer_lost", "Gone.", Duration.ofSeconds(1));
    packer.arrived.completeExceptionally(away.asException());
    replies.expectMessage(new Refused(away));
    journal.expectNothingPersisted(persistenceId());
  }

  /** Stands for items that lie on the sender's node. */
  private record Ticket() implements Packed {}

  private static final class RemotePacker implements Packer {
    final CompletableFuture<List<Item>> arrived = new CompletableFuture<>();

    @Override
    public Packed pack(List<Item> items) {
      return new Packed.Inline(items);
    }

    @Override
    public CompletionStage<List<Item>> unpack(Packed packed) {
      return arrived;
    }
  }

  private static String persistenceId() {
    return "conversation|" + ID;
  }

  private ActorRef<Command> spawn() {
    var setting = new Conversation.Setting(keys, packer, InstantSource.system());
    return kit.spawn(Conversation.create(ID, setting, keptAlive::incrementAndGet));
  }

  private Reply ask(ActorRef<Command> entity, Function<ActorRef<Reply>, Command> command) {
    entity.tell(command.apply(replies.getRef()));
    return replies.receiveMessage();
  }

  /** The next reply, while the entity's own time passes. */
  private Reply replyInTime() {
    return replies.awaitAssert(
        Duration.ofSeconds(60),
        () -> {
          time.timePasses(Duration.ofSeconds(1));
          return replies.receiveMessage(Duration.ofMillis(50));
        });
  }

  private Function<ActorRef<Reply>, Command> exclusive(String response) {
    return reply ->
        new Conversation.Context(null, true, response, run.getRef(), reply, TraceContext.NONE);
  }

  private static Function<ActorRef<Reply>, Command> append(
      String response, boolean exclusive, Packed items) {
    return reply ->
        new Conversation.Append(response, null, exclusive, items, reply, TraceContext.NONE);
  }
}
