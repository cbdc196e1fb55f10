package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation.Command;
import dev.weir.orchestrator.conversation.Conversation.Description;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** What becomes of a conversation with its key, and what outlives the entity. */
class ConversationKeyTest extends ConversationFixture {

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
}
