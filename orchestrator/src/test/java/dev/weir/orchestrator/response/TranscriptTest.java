package dev.weir.orchestrator.response;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TranscriptTest {

  private final List<ResponseEvent> events = new ArrayList<>();
  private final Transcript transcript = new Transcript("", events::add);

  @Test
  void aPlainAnswerIsOneMessageWithOnePart() {
    transcript.add(new Delta.Text("Hel"));
    transcript.add(new Delta.Text("lo"));
    transcript.finish(ItemStatus.COMPLETED);

    assertThat(names())
        .containsExactly(
            "ItemAdded", "PartAdded", "Grown", "Grown", "TextDone", "PartDone", "ItemDone");
    assertThat(transcript.output())
        .containsExactly(
            new OutputItem.Said(
                new Item.Message(
                    "msg_0",
                    ItemStatus.COMPLETED,
                    Role.ASSISTANT,
                    List.of(new Content.OutputText("Hello")))));
  }

  @Test
  void anotherKindClosesTheOpenItem() {
    transcript.add(new Delta.Reasoning("hm"));
    transcript.add(new Delta.Text("I shall look."));
    transcript.add(new Delta.ToolCall(0, "call_a", "look", "{\"at\":"));
    transcript.add(new Delta.ToolCall(0, "", "", "1}"));
    transcript.add(new Delta.ToolCall(1, "call_b", "look", "{}"));
    transcript.finish(ItemStatus.COMPLETED);

    assertThat(transcript.output())
        .extracting(item -> ((OutputItem.Said) item).item())
        .extracting(Object::getClass)
        .extracting(Class::getSimpleName)
        .containsExactly("Reasoning", "Message", "FunctionCall", "FunctionCall");
    assertThat(((OutputItem.Said) transcript.output().get(2)).item())
        .isEqualTo(
            new Item.FunctionCall("fc_2", ItemStatus.COMPLETED, "call_a", "look", "{\"at\":1}"));
  }

  @Test
  void whatIsCutShortSaysSoAndKeepsItsText() {
    transcript.add(new Delta.Text("half"));
    transcript.finish(ItemStatus.INCOMPLETE);
    Item item = ((OutputItem.Said) transcript.output().getFirst()).item();
    assertThat(item.status()).isEqualTo(ItemStatus.INCOMPLETE);
    assertThat(((Item.Message) item).text()).isEqualTo("half");
  }

  @Test
  void aRefusalAfterTextIsASecondPart() {
    transcript.add(new Delta.Text("Well, "));
    transcript.add(new Delta.Refusal("no."));
    transcript.finish(ItemStatus.COMPLETED);
    Item.Message message = (Item.Message) ((OutputItem.Said) transcript.output().getFirst()).item();
    assertThat(message.content())
        .containsExactly(new Content.OutputText("Well, "), new Content.Refusal("no."));
  }

  @Test
  void stepsAreClosedByTheirIdsInAnyOrder() {
    transcript.open(step("step_a", ItemStatus.IN_PROGRESS));
    transcript.open(step("step_b", ItemStatus.IN_PROGRESS));
    transcript.add(new Delta.Text("Done."));
    transcript.close(step("step_b", ItemStatus.COMPLETED));
    transcript.finish(ItemStatus.COMPLETED);
    transcript.close(step("step_a", ItemStatus.INCOMPLETE));

    assertThat(transcript.output())
        .extracting(OutputItem::id)
        .containsExactly("step_a", "step_b", "msg_0");
    assertThat(transcript.output().get(0)).isEqualTo(step("step_a", ItemStatus.INCOMPLETE));
    assertThat(transcript.output().get(1)).isEqualTo(step("step_b", ItemStatus.COMPLETED));
    assertThat(events)
        .filteredOn(ResponseEvent.ItemDone.class::isInstance)
        .extracting(event -> ((ResponseEvent.ItemDone) event).outputIndex())
        .containsExactly(1, 2, 0);
  }

  private static OutputItem.Step step(String id, ItemStatus status) {
    return new OutputItem.Step(id, "part", status, 1, "sim", Instant.EPOCH, null, null, null);
  }

  private List<String> names() {
    return events.stream().map(event -> event.getClass().getSimpleName()).toList();
  }
}
