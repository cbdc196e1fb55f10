package dev.weir.inference.provider.builtin.extract.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SentencesTest {

  @Test
  void splitsProse() {
    assertThat(texts("One came. Two went! Did three stay? \"Yes.\" She left."))
        .containsExactly("One came.", "Two went!", "Did three stay?", "\"Yes.\"", "She left.");
  }

  @Test
  void keepsAbbreviationsInitialsNumbersAndAddressesTogether() {
    assertThat(
            texts(
                "Dr. Smith met J. R. Miller at 3.14 p.m. sharp, e.g. in St. Louis. See"
                    + " https://example.com/a.b?c=d. Fig. 2 costs $1.50 vs. 2."))
        .containsExactly(
            "Dr. Smith met J. R. Miller at 3.14 p.m. sharp, e.g. in St. Louis.",
            "See https://example.com/a.b?c=d.",
            "Fig. 2 costs $1.50 vs. 2.");
  }

  @Test
  void anAbbreviationMayEndASentence() {
    assertThat(texts("It opens at 5 p.m. The door is blue."))
        .containsExactly("It opens at 5 p.m.", "The door is blue.");
    assertThat(texts("Er kam am 5. Januar an. Sie blieb.")).hasSize(2);
  }

  @Test
  void knowsMarkdown() {
    List<Sentence> sentences =
        Sentences.of(
            """
            # Title
            First line
            - one item
            - two items

            ```
            int a = 1;
            int b;
            ```
            Under
            -----
            End.\
            """);
    assertThat(sentences)
        .extracting(s -> s.kind() + " " + s.text())
        .containsExactly(
            "HEADING Title",
            "PROSE First line",
            "ITEM one item",
            "ITEM two items",
            "CODE int a = 1;",
            "CODE int b;",
            "HEADING Under",
            "PROSE End.");
  }

  @Test
  void joinsWrappedLinesAndSplitsShortOnes() {
    assertThat(
            texts(
                """
                This sentence is long enough to have been wrapped at a margin
                and goes on here.

                Name: Ada
                Age: 36
                milk
                bread\
                """))
        .containsExactly(
            "This sentence is long enough to have been wrapped at a margin and goes on here.",
            "Name: Ada",
            "Age: 36",
            "milk",
            "bread");
  }

  @Test
  void splitsScriptsWithoutSpaces() {
    assertThat(texts("鮭は川で生まれる。海で過ごす。戻るか？はい。"))
        .containsExactly("鮭は川で生まれる。", "海で過ごす。", "戻るか？", "はい。");
    assertThat(texts("هل تعلم؟ نعم أعلم.")).containsExactly("هل تعلم؟", "نعم أعلم.");
    assertThat(texts("यह एक है। यह दो है।")).containsExactly("यह एक है।", "यह दो है।");
  }

  @Test
  void offsetsPointIntoTheText() {
    String text = "  First here.  Second\n\n# Third \n* fourth item";
    for (Sentence sentence : Sentences.of(text)) {
      assertThat(text.substring(sentence.start(), sentence.end())).isEqualTo(sentence.text());
    }
    assertThat(Sentences.of(text)).hasSize(4);
  }

  @Test
  void nothingComesOfNothing() {
    assertThat(Sentences.of("")).isEmpty();
    assertThat(Sentences.of(" \n\t\n ")).isEmpty();
  }

  @Test
  void cutsEndlessTextBetweenCharacters() {
    String family = "👩‍👩‍👧‍👦";
    for (String endless :
        List.of("x".repeat(2_000_000), family.repeat(50_000), "a" + "́".repeat(10_000))) {
      List<Sentence> sentences = Sentences.of(endless);
      assertThat(String.join("", sentences.stream().map(Sentence::text).toList()))
          .isEqualTo(endless);
      assertThat(sentences).hasSizeGreaterThan(1).allMatch(s -> s.text().length() <= 1_600);
      assertThat(sentences).noneMatch(s -> Character.isLowSurrogate(s.text().charAt(0)));
    }
  }

  private static List<String> texts(String text) {
    return Sentences.of(text).stream().map(Sentence::text).toList();
  }
}
