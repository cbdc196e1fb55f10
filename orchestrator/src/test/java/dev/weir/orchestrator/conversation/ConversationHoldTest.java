package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation.Items;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** One run at a time holds a named conversation. */
class ConversationHoldTest extends ConversationFixture {

  @Test
  void oneRunAtATimeHoldsANamedConversation() {
    create("c", Map.of());
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    assertThat(refused(ask(exclusive("r2", run2))))
        .isInstanceOf(WeirError.Conflict.class)
        .extracting(WeirError::code)
        .isEqualTo("conversation_locked");
    ask(appendingToHead("r1", "a"));
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

  @Test
  void holdOutlivesTheEntity() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    entity.restart();
    assertThat(refused(ask(exclusive("r2", run2)))).isInstanceOf(WeirError.Conflict.class);
    assertThat(texts(ask(exclusive("r1", run1)))).isEmpty();
    ask(appendingToHead("r1", "a"));
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
    TestProbe<Object> watcher = kit.createTestProbe();
    watcher.expectTerminated(run1.getRef());
    assertThat(refused(ask(exclusive("r3", run2)))).isInstanceOf(WeirError.Conflict.class);
  }

  @Test
  void contextOfABranchNeedsNoHold() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(appendingToHead("r1", "a"));
    ask(exclusive("r2", run2));
    assertThat(texts(ask(context("r1", "x")))).containsExactly("a");
  }

  private void grantedInTime(String response) {
    TestProbe<Reply> replies = kit.createTestProbe();
    replies.awaitAssert(
        () -> {
          assertThat(ask(exclusive(response, run2))).isInstanceOf(Items.class);
          return null;
        });
  }
}
