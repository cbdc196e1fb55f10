package dev.weir.inference.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimilarityTest {

  private static final int SEEDS = 500;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a b c d        | a b c d          | 1",
        "A b, c!        | c B a            | 1",
        "a b            | c d              | 0",
        "a b c          | a b d            | 0.5",
        "a a a          | a                | 0.3333",
        "It is 42.      | It is 43.        | 0.5",
        "''             | ''               | 1",
        "''             | a                | 0",
        "...            | ''               | 1",
        "東京は晴れ       | 東京は雨           | 0.5",
        "Grüße an alle  | grüße an ALLE    | 1",
      })
  void isTheShareOfTheWordsThatBothHave(String one, String other, double similarity) {
    assertThat(Similarity.of(one, other)).isEqualTo(similarity, within(0.0001));
  }

  @Test
  void liesBetweenNoneAndAllAndIsTheSameFromBothSides() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      String one = text(random);
      String other = text(random);
      double similarity = Similarity.of(one, other);
      assertThat(similarity).as("seed %d", seed).isBetween(0.0, 1.0);
      assertThat(Similarity.of(other, one)).as("seed %d", seed).isEqualTo(similarity);
      assertThat(Similarity.of(one, one)).as("seed %d", seed).isEqualTo(1);
    }
  }

  @Test
  void doesNotHangOnTheOrderOfWords() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<String> words = new ArrayList<>(List.of(text(random).split(" ")));
      String one = String.join(" ", words);
      Collections.shuffle(words, random);
      assertThat(Similarity.of(one, String.join(", ", words))).as("seed %d", seed).isEqualTo(1);
    }
  }

  @Test
  void fallsWithEveryWordThatIsAnother() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<String> words =
          new ArrayList<>(
              IntStream.range(0, 1 + random.nextInt(20)).mapToObj(i -> "w" + i).toList());
      String one = String.join(" ", words);
      double before = 1;
      for (int at = 0; at < words.size(); at++) {
        words.set(at, "other" + at);
        double now = Similarity.of(one, String.join(" ", words));
        assertThat(now).as("seed %d", seed).isLessThan(before);
        before = now;
      }
      assertThat(before).isZero();
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder("begin");
    for (int word = random.nextInt(30); word > 0; word--) {
      text.append(' ').append((char) ('a' + random.nextInt(5)));
    }
    return text.toString();
  }
}
