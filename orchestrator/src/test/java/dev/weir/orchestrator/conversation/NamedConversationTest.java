package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation.Description;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Page;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamedConversationTest extends ConversationFixture {

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
    assertThat(ask(appendingToHead("r1", "two"))).isEqualTo(new Done());
    assertThat(texts(ask(exclusive("r2", run2)))).containsExactly("one", "two");
  }

  @Test
  void branchOffANamedConversationDoesNotMoveItsHead() {
    create("c", Map.of());
    ask(exclusive("r1", run1));
    ask(appendingToHead("r1", "a"));
    append("r2", "r1", "branch");
    assertThat(texts(ask(context("r2", "x")))).containsExactly("a", "branch");
    assertThat(texts(ask(list(false, null, 10)))).containsExactly("a");
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
}
