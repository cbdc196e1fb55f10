package dev.weir.inference.shadow;

import static dev.weir.inference.shadow.Answers.failing;
import static dev.weir.inference.shadow.Answers.saying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Evaluator;
import java.util.List;
import org.junit.jupiter.api.Test;

class SumsTest {

  private static Sums of(Answer shown, Answer shadow) {
    return Sums.of(Finding.of(shown, shadow, new Evaluator(null, null, false, 3)), shown, shadow);
  }

  @Test
  void callsThatBothAnsweredAddUp() {
    Sums sums = of(saying("same"), saying("same")).plus(of(saying("a b c"), saying("no")));
    assertThat(sums.pairs()).isEqualTo(2);
    assertThat(sums.count(Outcome.EQUAL)).isEqualTo(1);
    assertThat(sums.count(Outcome.DIFFERENT)).isEqualTo(1);
    assertThat(sums.similarity()).isEqualTo(1);
    assertThat(sums.shown()).isEqualTo(new Sums.Side(20_000_000, 60_000_000, 9, 18, 0));
    assertThat(sums.shadow()).isEqualTo(new Sums.Side(20_000_000, 60_000_000, 6, 12, 1));
  }

  @Test
  void callsThatOneDidNotAnswerAreOnlyCounted() {
    Sums sums =
        List.of(
                of(saying("x"), failing("e")),
                Sums.of(Outcome.DROPPED),
                Sums.of(Outcome.GIVEN_UP),
                Sums.of(Outcome.DROPPED))
            .stream()
            .reduce(Sums.NONE, Sums::plus);
    assertThat(sums.pairs()).isZero();
    assertThat(sums.count(Outcome.SHADOW_FAILED)).isEqualTo(1);
    assertThat(sums.count(Outcome.DROPPED)).isEqualTo(2);
    assertThat(sums.shadow()).isEqualTo(Sums.Side.NONE);
  }

  @Test
  void theOrderOfNodesDoesNotMatter() {
    Sums one = of(saying("same"), saying("same"));
    Sums other = Sums.of(Outcome.DROPPED).plus(of(saying("long"), saying("text")));
    assertThat(one.plus(other)).isEqualTo(other.plus(one));
    assertThat(one.plus(Sums.NONE)).isEqualTo(one);
  }
}
