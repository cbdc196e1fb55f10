package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
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
import java.time.Duration;
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
import org.junit.jupiter.api.Test;

class ConversationTest {

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          EventSourcedBehaviorTestKit.config().withFallback(PersistenceConfig.overlay()));

  private static final String ID = "default/alice/c1";
  private static final long NOW = 1_800_000_000_000L;

  private final TestKeys keys = new TestKeys();
  private final TestProbe<Object> run1 = KIT.createTestProbe();
  private final TestProbe<Object> run2 = KIT.createTestProbe();
  private EventSourcedBehaviorTestKit<Command, ConversationEvent, ConversationState> entity =
      start();

  private EventSourcedBehaviorTestKit<Command, ConversationEvent, ConversationState> start() {
    return EventSourcedBehaviorTestKit.create(
        KIT.system(),
        Conversation.create(
            ID,
            new Conversation.Setting(
                keys, Packer.INLINE, () -> java.time.Instant.ofEpochMilli(NOW)),
            () -> {}),
        EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
  }

  @BeforeEach
  void empty() {
    entity.clear();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  // Implicit conversations

  @Test
  void firstContextOfAnImplicitConversationIsEmptyAndStoresNothing() {
    var result = run(context(null, "r1"));
    assertThat(items(result.reply())).isEmpty();
    assertThat(result.hasNoEvents()).isTrue();
    assertThat(keys.knows(ID)).isFalse();
  }

  @Test
  void contextIsThePathFromTheRoot() {
    append("r1", null, "a");
    append("r2", "r1", "b");
    append("r3", "r1", "fork");
    append("r4", "r2", "c");
    assertThat(texts(ask(context("r4", "x")))).containsExactly("a", "b", "c");
    assertThat(texts(ask(context("r3", "x")))).containsExactly("a", "fork");
    assertThat(texts(ask(context(null, "x")))).isEmpty();
  }

  @Test
  void appendIsIdempotentByResponse() {
    assertThat(run(appending("r1", null, "a")).events()).hasSize(1);
    var again = run(appending("r1", null, "a"));
    assertThat(again.reply()).isEqualTo(new Done());
    assertThat(again.hasNoEvents()).isTrue();
    assertThat(texts(ask(context("r1", "x")))).containsExactly("a");
  }

  @Test
  void unknownParentIsNotFound() {
    assertThat(refused(ask(context("nope", "r1")))).isInstanceOf(WeirError.NotFound.class);
    append("r1", null, "a");
    assertThat(refused(ask(context("nope", "r2")))).isInstanceOf(WeirError.NotFound.class);
    assertThat(refused(ask(appending("r2", "nope", "b")))).isInstanceOf(WeirError.NotFound.class);
  }

  @Test
  void removedTurnCanNotBeContinuedButItsDescendantsCan() {
    append("r1", null, "a");
    append("r2", "r1", "b");
    assertThat(ask(reply -> new Conversation.RemoveTurn("r1", reply))).isEqualTo(new Done());
    assertThat(ask(reply -> new Conversation.RemoveTurn("r1", reply))).isEqualTo(new Done());
    assertThat(refused(ask(context("r1", "x")))).isInstanceOf(WeirError.NotFound.class);
    assertThat(texts(ask(context("r2", "x")))).containsExactly("a", "b");
  }

  @Test
  void runThatBeganBeforeItsParentWasRemovedIsKept() {
    append("r1", null, "a");
    ask(reply -> new Conversation.RemoveTurn("r1", reply));
    append("r2", "r1", "b");
    assertThat(texts(ask(context("r2", "x")))).containsExactly("a", "b");
  }

  @Test
  void implicitConversationHasNoListOfItems() {
    append("r1", null, "a");
    assertThat(refused(ask(list(false, null, 10)))).isInstanceOf(WeirError.NotFound.class);
    assertThat(refused(ask(Conversation.Describe::new))).isInstanceOf(WeirError.NotFound.class);
    assertThat(refused(ask(exclusive("r2", run1)))).isInstanceOf(WeirError.NotFound.class);
  }

  // Named conversations

  @Test
  void namedConversationTellsItsMetadata() {
    assertThat(create("c", Map.of("k", "v"))).isEqualTo(new Description(Map.of("k", "v"), NOW));
    assertThat(create("c", Map.of("k", "v"))).isEqualTo(new Description(Map.of("k", "v"), NOW));
    assertThat(refused(create("other", Map.of()))).isInstanceOf(WeirError.Conflict.class);
    assertThat(ask(reply -> new Conversation.UpdateMetadata(Map.of("k", "w"), reply)))
        .isEqualTo(new Description(Map.of("k", "w"), NOW));
    assertThat(ask(Conversation.Describe::new)).isEqualTo(new Description(Map.of("k", "w"), NOW));
  }

  @Test
  void exclusiveAppendGoesOnFromTheHead() {
    create("c", Map.of());
    add("i1", "one");
    ask(exclusive("r1", run1));
    assertThat(ask(reply -> new Conversation.Append("r1", null, true, packed("r1", "two"), reply)))
        .isEqualTo(new Done());
    assertThat(texts(ask(exclusive("r2", run2)))).containsExactly("one", "two");
  }

  @Test
  void branchOffANamedConversationDoesNotMoveItsHead() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(reply -> new Conversation.Append("r1", null, true, packed("r1", "a"), reply));
    append("r2", "r1", "branch");
    assertThat(texts(ask(context("r2", "x")))).containsExactly("a", "branch");
    assertThat(texts(ask(list(false, null, 10)))).containsExactly("a");
  }

  @Test
  void oneRunAtATimeHoldsANamedConversation() {
    create("c", Map.of());
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    assertThat(refused(ask(exclusive("r2", run2))))
        .isInstanceOf(WeirError.Conflict.class)
        .extracting(WeirError::code)
        .isEqualTo("conversation_locked");
    ask(reply -> new Conversation.Append("r1", null, true, packed("r1", "a"), reply));
    assertThat(texts(ask(exclusive("r2", run2)))).containsExactly("a");
  }

  @Test
  void releaseByItsRunEndsTheHold() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(reply -> new Conversation.Release("r2", reply));
    assertThat(refused(ask(exclusive("r2", run2)))).isInstanceOf(WeirError.Conflict.class);
    ask(reply -> new Conversation.Release("r1", reply));
    assertThat(ask(exclusive("r2", run2))).isInstanceOf(Items.class);
  }

  @Test
  void endOfItsHolderEndsTheHold() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    run1.stop();
    grantedInTime("r2");
  }

  private void grantedInTime(String response) {
    TestProbe<Reply> replies = KIT.createTestProbe();
    replies.awaitAssert(
        Duration.ofSeconds(10),
        () -> {
          assertThat(ask(exclusive(response, run2))).isInstanceOf(Items.class);
          return null;
        });
  }

  @Test
  void holdOutlivesTheEntity() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    entity.restart();
    assertThat(refused(ask(exclusive("r2", run2)))).isInstanceOf(WeirError.Conflict.class);
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    ask(reply -> new Conversation.Append("r1", null, true, packed("r1", "a"), reply));
    entity.restart();
    assertThat(texts(ask(exclusive("r2", run2)))).containsExactly("a");
    ask(reply -> new Conversation.Release("r2", reply));
    entity.restart();
    assertThat(ask(exclusive("r3", run1))).isInstanceOf(Items.class);
  }

  @Test
  void holdThatOutlivesTheEntityEndsWithItsHolder() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    entity.restart();
    run1.stop();
    grantedInTime("r2");
    run2.stop();
    entity.restart();
    grantedInTime("r3");
  }

  @Test
  void repeatedContextStoresItsHoldOnce() {
    create("c", Map.of());
    assertThat(run(exclusive("r1", run1)).event()).isInstanceOf(ConversationEvent.Held.class);
    assertThat(run(exclusive("r1", run1)).hasNoEvents()).isTrue();
    assertThat(run(reply -> new Conversation.Release("r1", reply)).event())
        .isEqualTo(new ConversationEvent.Released("r1"));
    assertThat(run(reply -> new Conversation.Release("r1", reply)).hasNoEvents()).isTrue();
  }

  @Test
  void laterHolderOfTheSameRunKeepsTheHoldWhenTheFormerEnds() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(exclusive("r1", run2));
    run1.stop();
    TestProbe<Object> watcher = KIT.createTestProbe();
    watcher.expectTerminated(run1.getRef(), Duration.ofSeconds(10));
    assertThat(refused(ask(exclusive("r3", run2)))).isInstanceOf(WeirError.Conflict.class);
  }

  @Test
  void contextOfABranchNeedsNoHold() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(reply -> new Conversation.Append("r1", null, true, packed("r1", "a"), reply));
    ask(exclusive("r2", run2));
    assertThat(texts(ask(context("r1", "x")))).containsExactly("a");
  }

  @Test
  void listsPagesInBothDirections() {
    create("c", Map.of());
    add("i1", "1", "2", "3");
    add("i2", "4", "5");
    add("i2", "4", "5");
    Page first = (Page) ask(list(false, null, 2));
    assertThat(texts(first)).containsExactly("1", "2");
    assertThat(first.more()).isTrue();
    Page rest = (Page) ask(list(false, "i1-1", 10));
    assertThat(texts(rest)).containsExactly("3", "4", "5");
    assertThat(rest.more()).isFalse();
    assertThat(texts(ask(list(true, null, 2)))).containsExactly("5", "4");
    assertThat(texts(ask(list(true, "i2-0", 2)))).containsExactly("3", "2");
    assertThat(refused(ask(list(false, "nope", 2)))).isInstanceOf(WeirError.InvalidRequest.class);
  }

  @Test
  void deletedItemIsGoneFromListsAndContext() {
    create("c", Map.of());
    add("i1", "1", "2", "3");
    assertThat(texts(ask(reply -> new Conversation.GetItem("i1-1", reply)))).containsExactly("2");
    assertThat(ask(reply -> new Conversation.DeleteItem("i1-1", reply))).isEqualTo(new Done());
    assertThat(ask(reply -> new Conversation.DeleteItem("i1-1", reply))).isEqualTo(new Done());
    assertThat(refused(ask(reply -> new Conversation.GetItem("i1-1", reply))))
        .isInstanceOf(WeirError.NotFound.class);
    assertThat(refused(ask(reply -> new Conversation.DeleteItem("nope", reply))))
        .isInstanceOf(WeirError.NotFound.class);
    assertThat(texts(ask(list(false, null, 10)))).containsExactly("1", "3");
    assertThat(texts(ask(exclusive("r1", run1)))).containsExactly("1", "3");
  }

  // The end

  @Test
  void deletedConversationIsNotFoundForEver() {
    create("c", Map.of());
    add("i1", "1");
    assertThat(delete("d1")).isEqualTo(new Done());
    assertThat(delete("d1")).isEqualTo(new Done());
    assertThat(refused(delete("d2"))).isInstanceOf(WeirError.NotFound.class);
    List<Function<ActorRef<Reply>, Command>> others =
        List.of(
            context("i1", "x"),
            context(null, "x"),
            exclusive("r1", run1),
            appending("r1", null, "a"),
            list(false, null, 10),
            Conversation.Describe::new,
            reply -> new Conversation.Create("c", Map.of(), reply),
            reply -> new Conversation.RemoveTurn("i1", reply));
    for (Function<ActorRef<Reply>, Command> other : others) {
      assertThat(refused(ask(other))).isInstanceOf(WeirError.NotFound.class);
    }
    entity.restart();
    assertThat(delete("d1")).isEqualTo(new Done());
    assertThat(refused(ask(Conversation.Describe::new))).isInstanceOf(WeirError.NotFound.class);
  }

  @Test
  void deleteInterruptedAfterTheKeyWasDestroyedIsCompletedByItsRepetition() {
    append("r1", null, "a");
    keys.destroy(ID);
    entity.restart();
    assertThat(refused(ask(context("r1", "x")))).isInstanceOf(WeirError.NotFound.class);
    var result = run(reply -> new Conversation.Delete("d1", reply));
    assertThat(result.reply()).isEqualTo(new Done());
    assertThat(result.event()).isEqualTo(new ConversationEvent.Deleted("d1"));
  }

  @Test
  void deleteOfNothingIsNotFound() {
    assertThat(refused(delete("d1"))).isInstanceOf(WeirError.NotFound.class);
    assertThat(keys.knows(ID)).isFalse();
  }

  // Around it

  @Test
  void keepsEverythingThroughARestart() {
    create("c", Map.of("k", "v"));
    add("i1", "1", "2");
    ask(reply -> new Conversation.DeleteItem("i1-0", reply));
    append("r1", "i1", "branch");
    entity.restart();
    assertThat(texts(ask(list(false, null, 10)))).containsExactly("2");
    assertThat(texts(ask(context("r1", "x")))).containsExactly("2", "branch");
    assertThat(ask(Conversation.Describe::new)).isEqualTo(new Description(Map.of("k", "v"), NOW));
  }

  @Test
  void failedKeyLookUpRefusesWhoWaitsAndTheNextTrySucceeds() {
    keys.failNext(
        new WeirError.Unavailable("database_unavailable", "Away.", Duration.ofSeconds(1))
            .asException());
    assertThat(refused(ask(appending("r1", null, "a")))).isInstanceOf(WeirError.Unavailable.class);
    append("r1", null, "a");
    assertThat(texts(ask(context("r1", "x")))).containsExactly("a");
  }

  @Test
  void itemsSealedUnderAnotherKeyAreAnErrorNotACrash() {
    append("r1", null, "a");
    var sealed = new Vault("elsewhere", TestKeys.key((byte) 1)).seal("turn:r1", List.of());
    var state =
        ConversationState.EMPTY.after(
            new ConversationEvent.TurnAppended("r1", null, false, sealed, NOW));
    entity.initialize(state);
    assertThat(refused(ask(context("r1", "x")))).isInstanceOf(WeirError.Internal.class);
    assertThat(texts(ask(context(null, "x")))).isEmpty();
  }

  private CommandResultWithReply<Command, ConversationEvent, ConversationState, Reply> run(
      Function<ActorRef<Reply>, Command> command) {
    return entity.runCommand(command);
  }

  private Reply ask(Function<ActorRef<Reply>, Command> command) {
    return run(command).reply();
  }

  private Function<ActorRef<Reply>, Command> context(@Nullable String parent, String response) {
    return reply -> new Conversation.Context(parent, false, response, run1.getRef(), reply);
  }

  private static Function<ActorRef<Reply>, Command> exclusive(
      String response, TestProbe<Object> holder) {
    return reply -> new Conversation.Context(null, true, response, holder.getRef(), reply);
  }

  private static Function<ActorRef<Reply>, Command> appending(
      String response, @Nullable String parent, String text) {
    return reply -> new Conversation.Append(response, parent, false, packed(response, text), reply);
  }

  private static Function<ActorRef<Reply>, Command> list(
      boolean newestFirst, @Nullable String after, int limit) {
    return reply -> new Conversation.ListItems(newestFirst, after, limit, reply);
  }

  private void append(String response, @Nullable String parent, String text) {
    assertThat(ask(appending(response, parent, text))).isEqualTo(new Done());
  }

  private void add(String command, String... texts) {
    assertThat(ask(reply -> new Conversation.AddItems(command, packed(command, texts), reply)))
        .isEqualTo(new Done());
  }

  private Reply create(String command, Map<String, String> metadata) {
    return ask(reply -> new Conversation.Create(command, metadata, reply));
  }

  private Reply delete(String command) {
    return ask(reply -> new Conversation.Delete(command, reply));
  }

  private static Packed packed(String prefix, String... texts) {
    List<Item> items = new java.util.ArrayList<>();
    for (String text : texts) {
      items.add(Item.message(prefix + "-" + items.size(), Role.USER, text));
    }
    return new Packed.Inline(items);
  }

  private static WeirError refused(Reply reply) {
    assertThat(reply).isInstanceOf(Refused.class);
    return ((Refused) reply).error();
  }

  private static List<Item> items(Reply reply) {
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

  private static List<String> texts(Reply reply) {
    return items(reply).stream().map(item -> ((Item.Message) item).text()).toList();
  }
}
