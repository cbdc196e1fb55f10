package dev.weir.inference.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DraftTest {

  private static final Instant BEGAN = Instant.EPOCH;
  private static final Price PRICE = new Price(1_000_000, 2_000_000, 1_000_000);

  private Instant now = BEGAN;
  private final Draft draft = new Draft(TokenCounter.estimate(), () -> now);

  private void at(long millis, Delta delta) {
    now = BEGAN.plusMillis(millis);
    draft.add(delta);
  }

  private Answer answer() {
    return draft.answer("", BEGAN, 7, PRICE);
  }

  @Test
  void tellsWhatWasSaidHowLongItTookAndWhatItCost() {
    at(40, new Delta.Text("It "));
    at(50, new Delta.Text("is."));
    at(60, new Delta.Consumed(new Usage(10, 4, 3, 1)));
    assertThat(draft.isFinished()).isFalse();
    at(90, new Delta.Finished(FinishReason.STOP));
    assertThat(draft.isFinished()).isTrue();
    assertThat(answer())
        .isEqualTo(
            new Answer(
                "",
                "It is.",
                "",
                6,
                new Usage(10, 4, 3, 1),
                Duration.ofMillis(40),
                Duration.ofMillis(90),
                16));
  }

  @Test
  void whatTheUpstreamDoesNotCountIsEstimated() {
    at(1, new Delta.Text("two words"));
    assertThat(answer().usage()).isEqualTo(new Usage(7, 0, 3, 0));
  }

  @Test
  void aThoughtIsTheFirstTokenAndNoPartOfTheText() {
    at(5, new Delta.Reasoning("Well"));
    at(9, new Delta.Text("No."));
    assertThat(answer().text()).isEqualTo("No.");
    assertThat(answer().firstToken()).isEqualTo(Duration.ofMillis(5));
  }

  @Test
  void toolCallsStandInTheirOrderWithoutTheirIds() {
    at(1, new Delta.ToolCall(0, "id_1", "f", "{\"a\""));
    at(1, new Delta.ToolCall(1, "id_2", "g", "{}"));
    at(1, new Delta.ToolCall(0, "", "", ":1}"));
    assertThat(answer().calls()).isEqualTo("f {\"a\":1}\ng {}");
    assertThat(answer().isWhole()).isTrue();
  }

  @Test
  void howeverMuchComesNoMoreIsKeptThanIsCompared() {
    for (int piece = 0; piece < 100; piece++) {
      at(1, new Delta.Text("x".repeat(1_000)));
      at(1, new Delta.ToolCall(piece, "id", "f", "y".repeat(1_000)));
    }
    assertThat(answer().text()).hasSize(Answer.MOST);
    assertThat(answer().calls().replace("\n", "")).hasSize(Answer.MOST);
    assertThat(answer().length()).isGreaterThan(200_000);
    assertThat(answer().isWhole()).isFalse();
  }

  @Test
  void whatItSaysIsNotInItsName() {
    at(1, new Delta.Text("secret"));
    at(1, new Delta.ToolCall(0, "id", "secret", "{}"));
    assertThat(answer().toString()).doesNotContain("secret");
  }
}
