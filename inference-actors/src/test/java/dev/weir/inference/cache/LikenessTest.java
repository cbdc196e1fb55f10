package dev.weir.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LikenessTest {

  private static final long PLENTY = 1 << 20;
  private static final int MANY = 1000;

  /** What an entry takes that has two numbers. */
  private static final long TWO = 256 + 2 * Float.BYTES;

  private final Likeness likeness = new Likeness(PLENTY);

  private static float[] at(double degrees) {
    return new float[] {
      (float) Math.cos(Math.toRadians(degrees)), (float) Math.sin(Math.toRadians(degrees))
    };
  }

  private static List<String> keys(List<Likeness.Found> found) {
    return found.stream().map(Likeness.Found::key).toList();
  }

  @Test
  void theNearestComesFirstAndWhatIsTooFarDoesNotCome() {
    likeness.add("kin", "far", at(50), MANY);
    likeness.add("kin", "near", at(10), MANY);
    likeness.add("kin", "nearer", at(-5), MANY);
    List<Likeness.Found> found = likeness.find("kin", at(0), Math.cos(Math.toRadians(20)));
    assertThat(keys(found)).containsExactly("nearer", "near");
    assertThat(found.getFirst().similarity()).isCloseTo(Math.cos(Math.toRadians(5)), within(1e-5));
  }

  @Test
  void lengthsDoNotMatterAndLikenessIsNeverMoreThanOne() {
    likeness.add("kin", "k", new float[] {300, 400}, MANY);
    List<Likeness.Found> found = likeness.find("kin", new float[] {0.03f, 0.04f}, 0.999999);
    assertThat(keys(found)).containsExactly("k");
    assertThat(found.getFirst().similarity()).isLessThanOrEqualTo(1);
  }

  @Test
  void whatHasNoDirectionOrAnotherLengthIsLikeNothing() {
    likeness.add("kin", "none", new float[] {0, 0}, MANY);
    likeness.add("kin", "infinite", new float[] {Float.POSITIVE_INFINITY, 0}, MANY);
    likeness.add("kin", "longer", new float[] {1, 0, 0}, MANY);
    assertThat(likeness.find("kin", at(0), 0.01)).isEmpty();
  }

  @Test
  void onlyTheSameKinIsCompared() {
    likeness.add("alice", "k", at(0), MANY);
    assertThat(likeness.knows("bob")).isFalse();
    assertThat(likeness.find("bob", at(0), 0.1)).isEmpty();
    assertThat(keys(likeness.find("alice", at(0), 0.1))).containsExactly("k");
  }

  @Test
  void aKinHasItsMostAndLosesWhatWasUsedLongestAgo() {
    likeness.add("kin", "a", at(0), 2);
    likeness.add("kin", "b", at(90), 2);
    likeness.find("kin", at(0), 0.9);
    likeness.add("kin", "c", at(180), 2);
    assertThat(likeness.find("kin", at(90), 0.9)).isEmpty();
    assertThat(keys(likeness.find("kin", at(0), 0.9))).containsExactly("a");
  }

  @Test
  void allTogetherHaveTheirMostAndTheKinThatWasUsedLongestAgoLoses() {
    Likeness small = new Likeness(3 * TWO);
    small.add("one", "a", at(0), MANY);
    small.add("other", "b", at(0), MANY);
    small.add("other", "c", at(90), MANY);
    small.find("one", at(0), 0.9);
    small.add("one", "d", at(90), MANY);
    assertThat(small.size()).isEqualTo(3);
    assertThat(small.find("other", at(0), 0.9)).isEmpty();
    assertThat(keys(small.find("one", at(0), 0.9))).containsExactly("a");
  }

  @Test
  void whatIsLargerThanAllRoomIsNotKept() {
    Likeness none = new Likeness(0);
    none.add("kin", "k", at(0), MANY);
    assertThat(none.knows("kin")).isFalse();
    assertThat(none.size()).isZero();
  }

  @Test
  void whatIsRemovedIsFoundNoMoreAndMakesRoom() {
    Likeness small = new Likeness(TWO);
    for (int round = 0; round < 10; round++) {
      small.add("kin", "k" + round, at(0), MANY);
      small.remove("kin", "k" + round);
      assertThat(small.knows("kin")).isFalse();
    }
    small.remove("kin", "never");
    small.add("kin", "last", at(0), MANY);
    assertThat(keys(small.find("kin", at(0), 0.9))).containsExactly("last");
  }

  /** Against a plain search, by seeds, while nothing has to give way. */
  @Test
  void itFindsWhatAPlainSearchFinds() {
    for (long seed = 1; seed <= 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Likeness index = new Likeness(Long.MAX_VALUE);
      Map<String, Map<String, float[]>> plain = new HashMap<>();
      for (int step = 0; step < 300; step++) {
        String kin = "kin" + random.nextInt(3);
        String key = "k" + random.nextInt(40);
        switch (random.nextInt(4)) {
          case 0 -> {
            index.remove(kin, key);
            plain.getOrDefault(kin, new HashMap<>()).remove(key);
          }
          case 1 -> {
            float[] sought = drawn(random);
            double threshold = random.nextDouble();
            assertThat(keys(index.find(kin, sought, threshold)))
                .as("seed %d, step %d", seed, step)
                .isEqualTo(search(plain.getOrDefault(kin, Map.of()), sought, threshold));
          }
          default -> {
            float[] vector = drawn(random);
            index.add(kin, key, vector, MANY);
            plain.computeIfAbsent(kin, any -> new HashMap<>()).put(key, vector);
          }
        }
      }
    }
  }

  private static float[] drawn(SplittableRandom random) {
    float[] vector = new float[11];
    for (int at = 0; at < vector.length; at++) {
      vector[at] = (float) random.nextDouble(-1, 1);
    }
    return vector;
  }

  private static List<String> search(Map<String, float[]> all, float[] sought, double threshold) {
    return all.entrySet().stream()
        .filter(entry -> cosine(entry.getValue(), sought) >= threshold)
        .sorted(
            Comparator.comparingDouble(
                (Map.Entry<String, float[]> entry) -> -cosine(entry.getValue(), sought)))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static double cosine(float[] one, float[] other) {
    double product = 0;
    double ones = 0;
    double others = 0;
    for (int at = 0; at < one.length; at++) {
      product += (double) one[at] * other[at];
      ones += (double) one[at] * one[at];
      others += (double) other[at] * other[at];
    }
    return product / Math.sqrt(ones * others);
  }
}
