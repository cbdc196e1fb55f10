package dev.weir.inference.shadow;

import static dev.weir.inference.shadow.Answers.calling;
import static dev.weir.inference.shadow.Answers.failing;
import static dev.weir.inference.shadow.Answers.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Evaluator;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FindingTest {

  private static Finding find(Answer shown, Answer shadow) {
    return Finding.of(shown, shadow, Evaluator.NONE);
  }

  @Test
  void equalTextsAreEqual() {
    assertThat(find(saying("Yes."), saying("Yes.")))
        .isEqualTo(new Finding(Outcome.EQUAL, 1, false, false));
  }

  @Test
  void blanksAndLineEndsAreADifferenceOfTheirOwn() {
    assertThat(find(saying("Yes,  it\nis.\n"), saying(" Yes, it\u00a0is.")).outcome())
        .isEqualTo(Outcome.BLANKS);
    assertThat(find(saying("Yes, it is."), saying("Yes, itis.")).outcome())
        .isEqualTo(Outcome.DIFFERENT);
  }

  @Test
  void howMuchDifferentTextsHaveInCommonIsTold() {
    Finding finding = find(saying("It is red."), saying("It is blue."));
    assertThat(finding.outcome()).isEqualTo(Outcome.DIFFERENT);
    assertThat(finding.similarity()).isEqualTo(0.5);
  }

  @Test
  void toolCallsAreComparedAsWhatWasSaid() {
    assertThat(find(calling("f {\"a\":1}"), calling("f {\"a\":1}")).outcome())
        .isEqualTo(Outcome.EQUAL);
    assertThat(find(calling("f {\"a\":1}"), calling("f {\"a\":2}")).outcome())
        .isEqualTo(Outcome.DIFFERENT);
    assertThat(find(calling("f {}"), saying("f {}")).outcome()).isEqualTo(Outcome.DIFFERENT);
  }

  @Test
  void whoFailedIsTold() {
    assertThat(find(saying("x"), failing("e")).outcome()).isEqualTo(Outcome.SHADOW_FAILED);
    assertThat(find(failing("e"), saying("x")).outcome()).isEqualTo(Outcome.SHOWN_FAILED);
    assertThat(find(failing("e"), failing("e")))
        .isEqualTo(new Finding(Outcome.BOTH_FAILED, 0, false, false));
  }

  @Test
  void theEvaluatorJudgesBothButNeitherFailuresNorToolCalls() {
    Evaluator five = new Evaluator(null, null, false, 5);
    assertThat(Finding.of(saying("long enough"), saying("no"), five))
        .extracting(Finding::shownWrong, Finding::shadowWrong)
        .containsExactly(false, true);
    assertThat(Finding.of(failing("e"), calling("f"), five))
        .extracting(Finding::shownWrong, Finding::shadowWrong)
        .containsExactly(false, false);
  }

  @Test
  void whatIsLongerThanWhatIsKeptIsEqualOnlyWithItsLength() {
    Answer whole = saying("a".repeat(Answer.MOST));
    Answer longer =
        new Answer(
            "", whole.text(), "", Answer.MOST + 1L, whole.usage(), whole.took(), whole.took(), 0);
    assertThat(find(longer, longer).outcome()).isEqualTo(Outcome.EQUAL);
    assertThat(find(longer, whole).outcome()).isEqualTo(Outcome.DIFFERENT);
  }

  @Test
  void whateverIsSaidTheOutcomeFollowsFromTheTexts() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      String one = text(random);
      String other = random.nextBoolean() ? text(random) : one.replace(" ", "\n ");
      Finding finding = find(saying(one), saying(other));
      Outcome expected =
          one.equals(other)
              ? Outcome.EQUAL
              : String.join(" ", one.strip().split("\\s+"))
                      .equals(String.join(" ", other.strip().split("\\s+")))
                  ? Outcome.BLANKS
                  : Outcome.DIFFERENT;
      assertThat(finding.outcome()).as("seed %d", seed).isEqualTo(expected);
      assertThat(find(saying(other), saying(one)).outcome()).isEqualTo(expected);
      assertThat(finding.similarity()).isBetween(0.0, 1.0);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int at = random.nextInt(6); at > 0; at--) {
      text.append("ab \n".charAt(random.nextInt(4)));
    }
    return text.toString();
  }
}
