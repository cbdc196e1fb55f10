package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation.Done;
import org.junit.jupiter.api.Test;

class ImplicitConversationTest extends ConversationFixture {

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
}
