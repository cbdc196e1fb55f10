package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.conversation.Conversation.Command;
import dev.weir.orchestrator.conversation.Conversation.Description;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Items;
import dev.weir.orchestrator.conversation.Conversation.Page;
import dev.weir.orchestrator.conversation.Conversation.Refused;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import dev.weir.orchestrator.persistence.PersistenceConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit.CommandResultWithReply;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * One conversation over a journal in memory, for each test a new one; and the words to speak with
 * it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConversationFixture {

  static final String ID = "default/alice/c1";
  static final long NOW = 1_800_000_000_000L;

  final ActorTestKit kit =
      ActorTestKit.create(
          EventSourcedBehaviorTestKit.config().withFallback(PersistenceConfig.overlay()));

  TestKeys keys;
  TestProbe<Object> run1;
  TestProbe<Object> run2;
  EventSourcedBehaviorTestKit<Command, ConversationEvent, ConversationState> entity;

  @BeforeEach
  void start() {
    keys = new TestKeys();
    run1 = kit.createTestProbe();
    run2 = kit.createTestProbe();
    entity =
        EventSourcedBehaviorTestKit.create(
            kit.system(),
            Conversation.create(
                ID,
                new Conversation.Setting(keys, Packer.INLINE, () -> Instant.ofEpochMilli(NOW)),
                () -> {}),
            EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
    entity.clear();
  }

  @AfterAll
  void stop() {
    kit.shutdownTestKit();
  }

  CommandResultWithReply<Command, ConversationEvent, ConversationState, Reply> run(
      Function<ActorRef<Reply>, Command> command) {
    return entity.runCommand(command);
  }

  Reply ask(Function<ActorRef<Reply>, Command> command) {
    return run(command).reply();
  }

  Function<ActorRef<Reply>, Command> context(@Nullable String parent, String response) {
    return reply ->
        new Conversation.Context(parent, false, response, run1.getRef(), reply, TraceContext.NONE);
  }

  static Function<ActorRef<Reply>, Command> exclusive(String response, TestProbe<Object> holder) {
    return reply ->
        new Conversation.Context(null, true, response, holder.getRef(), reply, TraceContext.NONE);
  }

  static Function<ActorRef<Reply>, Command> appending(
      String response, @Nullable String parent, String text) {
    return reply ->
        new Conversation.Append(
            response, parent, false, packed(response, text), reply, TraceContext.NONE);
  }

  static Function<ActorRef<Reply>, Command> appendingToHead(String response, String text) {
    return reply ->
        new Conversation.Append(
            response, null, true, packed(response, text), reply, TraceContext.NONE);
  }

  static Function<ActorRef<Reply>, Command> list(
      boolean newestFirst, @Nullable String after, int limit) {
    return reply -> new Conversation.ListItems(newestFirst, after, limit, reply);
  }

  void append(String response, @Nullable String parent, String text) {
    assertThat(ask(appending(response, parent, text))).isEqualTo(new Done());
  }

  void add(String command, String... texts) {
    assertThat(ask(reply -> new Conversation.AddItems(command, packed(command, texts), reply)))
        .isEqualTo(new Done());
  }

  Reply create(String command, Map<String, String> metadata) {
    return ask(reply -> new Conversation.Create(command, metadata, reply));
  }

  Reply delete(String command) {
    return ask(reply -> new Conversation.Delete(command, reply));
  }

  static Packed packed(String prefix, String... texts) {
    List<Item> items = new ArrayList<>();
    for (String text : texts) {
      items.add(Item.message(prefix + "-" + items.size(), Role.USER, text));
    }
    return new Packed.Inline(items);
  }

  static WeirError refused(Reply reply) {
    assertThat(reply).isInstanceOf(Refused.class);
    return ((Refused) reply).error();
  }

  static List<Item> items(Reply reply) {
    Packed packed =
        switch (reply) {
          case Items items -> items.items();
          case Page page -> page.items();
          case Done done -> throw new AssertionError(done);
          case Description description -> throw new AssertionError(description);
          case Refused refused -> throw new AssertionError(refused);
        };
    return ((Packed.Inline) packed).items();
  }

  static List<String> texts(Reply reply) {
    return items(reply).stream().map(item -> ((Item.Message) item).text()).toList();
  }
}
