package dev.weir.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.token.TokenCounter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitterTest {

  private static final TokenCounter COUNTER = TokenCounter.estimate();

  @Test
  void nothingIsLostOrRepeatedAndNothingTooLong() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      String text = text(random, random.nextInt(3_000));
      int most = 4 + random.nextInt(60);

      List<String> chunks = new Splitter(most, COUNTER).split(text);

      assertThat(String.join("", chunks)).isEqualTo(text);
      assertThat(chunks).allMatch(chunk -> !chunk.isEmpty() && COUNTER.count(chunk) <= most);
      assertThat(chunks).noneMatch(chunk -> Character.isLowSurrogate(chunk.charAt(0)));
    }
  }

  @Test
  void cutsBehindParagraphsElseLinesElseSentencesElseWords() {
    String half = "word ".repeat(30).strip();
    assertThat(first(half + ".\n\nNext one. Line\n" + half)).endsWith(".\n\n");
    assertThat(first(half + ".\nNext one. " + half)).endsWith(".\n");
    assertThat(first(half + ". " + half)).endsWith("word. ");
    assertThat(first(half + " " + half)).endsWith("word ");
  }

  @Test
  void twoMegabytesWithoutASpaceAreCut() {
    String line = "x".repeat(2_000_000);

    List<String> chunks = new Splitter(4_000, COUNTER).split(line);

    assertThat(chunks).hasSize(125).allMatch(chunk -> chunk.length() == 16_000);
  }

  @Test
  void evenTheSmallestChunkHasAWholeCharacter() {
    assertThat(new Splitter(1, text -> text.length()).split("a🌊b"))
        .containsExactly("a", "🌊", "b");
  }

  private static String first(String text) {
    return new Splitter(48, COUNTER).split(text).getFirst();
  }

  private static String text(Random random, int pieces) {
    String[] all = {
      "a", "river", " ", ". ", "\n", "\n\n", "🌊", "水。", "\t", "long-word-without-end"
    };
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < pieces; at++) {
      text.append(all[random.nextInt(all.length)]);
    }
    return text.toString();
  }
}
