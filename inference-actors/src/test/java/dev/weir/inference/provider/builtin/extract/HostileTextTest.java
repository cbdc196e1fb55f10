package dev.weir.inference.provider.builtin.extract;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that quadratic steps would choke on, and characters that must not be torn. */
class HostileTextTest {

  private static final Deployment ROOMY =
      Catalog.from(
              ConfigFactory.parseString("weir.deployments.extract.context-window = 10000000")
                  .withFallback(ConfigFactory.load())
                  .getConfig("weir"))
          .deployment("extract")
          .orElseThrow();

  private static final Tool TOOL =
      new Tool(
          "search_mail",
          "Search mail",
          """
          {"type": "object", "required": ["query", "from", "count"], "properties": {"query": {"type": "string"},
            "from": {"type": "string"}, "count": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}},
            "code": {"type": "string", "pattern": "^(a+)+$"}, "day": {"type": "string", "format": "date"}}}\
          """,
          false);

  static Stream<String> texts() {
    return Stream.of(
            "x".repeat(2_000_000),
            "short line\n".repeat(100_000),
            "鮭川海水".repeat(300_000),
            "👩‍👩‍👧‍👦🙂".repeat(100_000),
            "a.".repeat(500_000),
            "? ".repeat(500_000),
            "Mr. A. ".repeat(100_000),
            "\"".repeat(1_000_000),
            " ".repeat(1_000_000) + "x",
            "a" + "́".repeat(500_000),
            "- a\n".repeat(200_000),
            "a: ".repeat(300_000),
            "in for to from ".repeat(50_000),
            "1,111,".repeat(100_000),
            "````\n".repeat(50_000),
            "from a to b 3 mail ".repeat(20_000))
        .flatMap(text -> Stream.of(text, "Summarise this:\n" + text, text + "\n\nWhere is x?"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void everyTextIsAnsweredInWholeCharacters(String text) {
    for (Delta delta : Answer.to(Calls.chat(text), ROOMY, () -> {})) {
      if (delta instanceof Delta.Text part) {
        assertThat(part.text()).isNotEmpty();
        assertThat(Character.isHighSurrogate(part.text().charAt(part.text().length() - 1)))
            .isFalse();
      }
    }
  }

  @Test
  void halfCharactersOfTheCallerAreSurvived() {
    assertThat(Answer.to(Calls.chat("\uD83D".repeat(1_000)), ROOMY, () -> {})).isNotEmpty();
    assertThat(Answer.to(Calls.chat("\uDE42 ".repeat(1_000)), ROOMY, () -> {})).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("texts")
  void toolsCopeToo(String text) {
    ModelCall call = Calls.with(Calls.chat("search mail " + text), new ToolChoice.Required(), TOOL);
    assertThat(Answer.to(call, ROOMY, () -> {})).hasAtLeastOneElementOfType(Delta.ToolCall.class);
  }

  @Test
  void capsAndPiecesNeverTearACharacter() {
    String emoji = "a👩‍👩‍👧‍👦 𝒳🙂🙂🙂é".repeat(30);
    for (int cap = 1; cap < 200; cap++) {
      String said = Pieces.cap(emoji, cap, dev.weir.inference.token.TokenCounter.estimate());
      assertThat(emoji).startsWith(said);
      List<String> pieces = Pieces.of(said);
      assertThat(String.join("", pieces)).isEqualTo(said);
      assertThat(pieces)
          .noneMatch(String::isEmpty)
          .noneMatch(p -> Character.isLowSurrogate(p.charAt(0)))
          .noneMatch(p -> Character.isHighSurrogate(p.charAt(p.length() - 1)));
    }
  }
}
