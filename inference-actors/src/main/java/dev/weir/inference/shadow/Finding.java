package dev.weir.inference.shadow;

import dev.weir.inference.catalog.Evaluator;

/**
 * What a comparison shows.
 *
 * @param similarity from 0 to 1; 0 unless both answered
 * @param shownWrong whether the evaluator does not take what was shown
 * @param shadowWrong whether it does not take what the shadow answered
 */
public record Finding(Outcome outcome, double similarity, boolean shownWrong, boolean shadowWrong) {

  /** What {@code shown} and {@code shadow} have in common. */
  public static Finding of(Answer shown, Answer shadow, Evaluator evaluator) {
    Outcome outcome = outcome(shown, shadow);
    return new Finding(
        outcome,
        similarity(outcome, shown, shadow),
        wrong(shown, evaluator),
        wrong(shadow, evaluator));
  }

  private static Outcome outcome(Answer shown, Answer shadow) {
    if (shown.hasFailed() || shadow.hasFailed()) {
      return !shadow.hasFailed()
          ? Outcome.SHOWN_FAILED
          : shown.hasFailed() ? Outcome.BOTH_FAILED : Outcome.SHADOW_FAILED;
    }
    if (shown.length() == shadow.length()
        && shown.text().equals(shadow.text())
        && shown.calls().equals(shadow.calls())) {
      return Outcome.EQUAL;
    }
    return shown.isWhole()
            && shadow.isWhole()
            && folded(shown.text()).equals(folded(shadow.text()))
            && folded(shown.calls()).equals(folded(shadow.calls()))
        ? Outcome.BLANKS
        : Outcome.DIFFERENT;
  }

  private static String folded(String text) {
    return text.strip().replaceAll("(?U)\\s+", " ");
  }

  private static double similarity(Outcome outcome, Answer shown, Answer shadow) {
    return switch (outcome) {
      case EQUAL, BLANKS -> 1;
      case DIFFERENT -> Similarity.of(shown.all(), shadow.all());
      case SHOWN_FAILED, SHADOW_FAILED, BOTH_FAILED, DROPPED, GIVEN_UP -> 0;
    };
  }

  /** Answers that are tool calls are never wrong. */
  private static boolean wrong(Answer answer, Evaluator evaluator) {
    return !answer.hasFailed() && answer.calls().isEmpty() && !evaluator.accepts(answer.text());
  }
}
