package dev.weir.gateway.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryTest {

  @Test
  void aContinuationBringsAllThatWasSaid() {
    Memory memory = new Memory(4, 10_000);
    remember(memory, "a", asking(null, "one"));
    ResponseRequest second = memory.expand(asking(id("a"), "two")).orElseThrow();
    remember(memory, "b", second);
    ResponseRequest third = memory.expand(asking(id("b"), "three")).orElseThrow();

    assertThat(texts(third)).containsExactly("one", "answer a", "two", "answer b", "three");
    assertThat(third.previousResponseId()).isNull();
  }

  @Test
  void whatContinuesAStoredResponseStillDoes() {
    Memory memory = new Memory(4, 10_000);
    remember(memory, "a", asking("resp_stored", "one"));
    ResponseRequest next = memory.expand(asking(id("a"), "two")).orElseThrow();

    assertThat(next.previousResponseId()).isEqualTo("resp_stored");
    assertThat(texts(next)).containsExactly("one", "answer a", "two");
  }

  @Test
  void theOldestIsForgottenWhenThereAreTooMany() {
    Memory memory = new Memory(2, 10_000);
    remember(memory, "a", asking(null, "one"));
    remember(memory, "b", asking(null, "one"));
    assertThat(memory.expand(asking(id("a"), "again"))).isPresent();
    remember(memory, "c", asking(null, "one"));

    assertThat(memory.expand(asking(id("b"), "two"))).isEmpty();
    assertThat(memory.expand(asking(id("a"), "two"))).isPresent();
  }

  @Test
  void whatIsTooLargeIsNotKept() {
    Memory memory = new Memory(4, 1_000);
    remember(memory, "a", asking(null, "x".repeat(2_000)));
    assertThat(memory.expand(asking(id("a"), "two"))).isEmpty();

    remember(memory, "b", asking(null, "one"));
    assertThat(memory.expand(asking(id("b"), "two"))).isPresent();
  }

  @Test
  void whatIsForgottenIsGone() {
    Memory memory = new Memory(4, 10_000);
    remember(memory, "a", asking(null, "one"));
    memory.forget(id("a"));
    memory.forget(null);

    assertThat(memory.expand(asking(id("a"), "two"))).isEmpty();
    assertThat(memory.expand(asking(null, "two"))).isEmpty();
  }

  private static void remember(Memory memory, String name, ResponseRequest asked) {
    Item answer = Item.message("msg_" + name, Role.ASSISTANT, "answer " + name);
    memory.remember(
        new Response(
            new ResponseId("c", 1, name.repeat(26)),
            new Caller("t", "u"),
            asked,
            Response.Status.COMPLETED,
            Instant.EPOCH,
            Instant.EPOCH,
            List.of(new OutputItem.Said(answer)),
            Usage.ZERO,
            null,
            null,
            null,
            Response.Summary.NONE),
        asked);
  }

  private static String id(String name) {
    return new ResponseId("c", 1, name.repeat(26)).toString();
  }

  private static ResponseRequest asking(@Nullable String previous, String text) {
    return ResponseRequest.of("m", List.of())
        .continuing(List.of(Item.message("msg", Role.USER, text)), previous);
  }

  private static List<String> texts(ResponseRequest request) {
    return request.input().stream().map(item -> ((Item.Message) item).text()).toList();
  }
}
