package dev.weir.inference.provider.builtin.extract;

import static dev.weir.inference.provider.builtin.extract.Calls.SALMON;
import static dev.weir.inference.provider.builtin.extract.Calls.answer;
import static dev.weir.inference.provider.builtin.extract.Calls.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SummariesTest {

  @ParameterizedTest
  @CsvSource({
    "Summarise this in one sentence:, 1", "Summarize in 3 sentences., 3",
        "Give me a summary in two sentences., 2",
    "Fasse den Text in drei Sätzen zusammen., 3", "Résume ce texte en 2 phrases., 2",
        "Resume el texto en 4 frases., 4",
    "用三句总结。, 3"
  })
  void isAsLongAsAskedFor(String request, int sentences) {
    assertThat(texts(answer(request + "\n\n" + SALMON))).hasSize(sentences);
    assertThat(texts(answer(SALMON + "\n\n" + request))).hasSize(sentences);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12, 20, 60})
  void keepsToTheWordsAskedFor(int words) {
    String summary = answer("Summarise in " + words + " words.\n\n" + SALMON);
    assertThat(summary.split("\\s+")).hasSizeLessThanOrEqualTo(words).hasSizeGreaterThan(words / 3);
  }

  @Test
  void keepsWholeSentencesWithinTheOutputCap() {
    ModelCall call = Calls.capped(chat("Summarise this.\n\n" + SALMON), 30);
    assertThat(Sentences.of(SALMON)).extracting(Sentence::text).containsAll(texts(answer(call)));
  }

  @Test
  void takesSentencesOfTheTextInTheirOrder() {
    List<String> all = texts(SALMON);
    List<String> summary = texts(answer("Summarise.\n\n" + SALMON));
    assertThat(all).containsSubsequence(summary);
    assertThat(summary).hasSizeBetween(2, 6).doesNotHaveDuplicates();
  }

  @Test
  void doesNotRepeatItself() {
    String text =
        "The dam failed after heavy rain. The dam failed after very heavy rain. After heavy rain,"
            + " the dam failed. Two villages were evacuated by the army. Repairs will cost nine"
            + " million euros.";
    assertThat(answer("Summarise in 3 sentences.\n\n" + text))
        .containsOnlyOnce("failed")
        .contains("evacuated")
        .contains("Repairs");
  }

  @Test
  void listsPointsWhenAskedTo() {
    assertThat(answer("Summarise as 3 bullet points:\n\n" + SALMON).lines())
        .hasSize(3)
        .allMatch(l -> l.startsWith("- "));
  }

  @Test
  void looksForWhatTheSummaryIsAbout() {
    assertThat(answer("Summarise in 1 sentence what it says about fish ladders.\n\n" + SALMON))
        .contains("ladder");
  }

  @Test
  void aLongTextWithoutAQuestionIsSummarised() {
    String summary = answer(SALMON);
    assertThat(summary.length()).isBetween(40, SALMON.length() / 2);
    assertThat(texts(SALMON)).containsAll(texts(summary));
  }

  @Test
  void metadataOrInstructionsAskForASummaryToo() {
    String question = "Is the dam safe? The engineers say so.";
    ModelCall call = Calls.with(chat(question), Map.of("extract.task", "summarize"));
    assertThat(answer(call)).isEqualTo("The engineers say so.");
    String brief = "The dam is old. It was built in 1932.";
    assertThat(answer(ModelCall.of("You summarise texts.", chat(brief).items(), 500)))
        .startsWith("The dam is old.");
  }

  @Test
  void summarisesTheConversation() {
    assertThat(answer(SALMON, "Noted.", "Summarise that in 2 sentences.")).contains("almon");
    assertThat(answer("Summarise this.")).isEqualTo(Phrases.NOTHING_TO_SUMMARIZE);
  }

  private static List<String> texts(String text) {
    return Sentences.of(text).stream().map(Sentence::text).toList();
  }
}
