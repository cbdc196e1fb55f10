package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {

  @Test
  void speakersAlternateAndSystemTextsGoFirst() {
    Turns turns =
        turns(
            Item.message("1", Role.USER, "a"),
            Item.message("2", Role.USER, "b"),
            Item.message("3", Role.SYSTEM, "s"),
            Item.message("4", Role.ASSISTANT, "c"),
            new Item.Reasoning("5", ItemStatus.COMPLETED, "hm"),
            Item.message("6", Role.ASSISTANT, " "),
            Item.message("7", Role.USER, "d"));
    assertThat(turns.system()).containsExactly("Be brief.", "s");
    assertThat(turns.turns())
        .containsExactly(
            new Turns.Turn(false, List.of(asked("a"), asked("b"))),
            new Turns.Turn(true, List.of(new Turns.Said(new Content.OutputText("c")))),
            new Turns.Turn(false, List.of(asked("d"))));
    assertThat(turns.continues()).isTrue();
    assertThat(turns.endsInResults()).isFalse();
  }

  @Test
  void aContextWhoseBeginningWasCutOffStillBeginsWithTheUser() {
    assertThat(turns(Item.message("1", Role.ASSISTANT, "c")).turns())
        .extracting(Turns.Turn::byModel)
        .containsExactly(false, true);
    assertThat(turns().turns()).extracting(Turns.Turn::byModel).containsExactly(false);
  }

  @Test
  void resultsAreTheUsers() {
    var call = new Item.FunctionCall("2", ItemStatus.COMPLETED, "c", "f", "{}");
    var output = new Item.FunctionCallOutput("3", ItemStatus.COMPLETED, "c", "one");
    Turns turns = turns(Item.message("1", Role.USER, "a"), call, output);
    assertThat(turns.turns().getLast())
        .isEqualTo(new Turns.Turn(false, List.of(new Turns.Returned(output))));
    assertThat(turns.endsInResults()).isTrue();
  }

  private static Turns.Piece asked(String text) {
    return new Turns.Said(new Content.InputText(text));
  }

  private static Turns turns(Item... items) {
    return Turns.of(new CallBuilder().items(items).build());
  }
}
