package dev.weir.inference.provider.builtin.embed;

import dev.weir.inference.provider.builtin.extract.text.StopWords;
import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a text into a vector by hashing its features into {@code dimensions} places with a sign
 * (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009). Features
 * are stemmed words, pairs of neighbours, and runs of three to five characters of each word, which
 * let misspelt and inflected words meet. Repetition counts sublinearly (1 + ln n); stop words weigh
 * little. The vector has length 1. The same text gives the same vector on every machine.
 */
final class HashedFeatures {

  private static final double WORD = 1.0;
  private static final double PAIR = 0.5;
  private static final double RUN = 0.35;
  private static final double STOP = 0.1;
  private static final int SHORTEST_RUN = 3;
  private static final int LONGEST_RUN = 5;

  private final int dimensions;

  HashedFeatures(int dimensions) {
    this.dimensions = dimensions;
  }

  /** What is known of a feature: how often it comes, and what it weighs. */
  private record Feature(int count, double weight) {
    Feature plus(Feature other) {
      return new Feature(count + other.count, Math.max(weight, other.weight));
    }
  }

  float[] of(String text) {
    Map<Long, Feature> features = features(text);
    double[] sums = new double[dimensions];
    features.forEach(
        (hash, feature) -> {
          double value = feature.weight * (1 + Math.log(feature.count));
          int place = (int) Long.remainderUnsigned(hash >>> 1, dimensions);
          sums[place] += (hash & 1) == 0 ? value : -value;
        });
    return normal(sums, text);
  }

  private static Map<Long, Feature> features(String text) {
    Map<Long, Feature> features = new HashMap<>();
    List<String> plain = Words.plain(text);
    List<String> terms = Words.terms(text);
    String before = "";
    for (int at = 0; at < plain.size(); at++) {
      String word = plain.get(at);
      boolean stop = StopWords.isEnglish(word);
      add(features, 'w', terms.get(at), stop ? STOP : WORD);
      if (at > 0) {
        add(features, 'p', before + ' ' + terms.get(at), stop ? STOP : PAIR);
      }
      if (!stop) {
        addRuns(features, '^' + word + '$');
      }
      before = terms.get(at);
    }
    return features;
  }

  private static void addRuns(Map<Long, Feature> features, String word) {
    for (int length = SHORTEST_RUN; length <= LONGEST_RUN; length++) {
      for (int from = 0; from + length <= word.length(); from++) {
        add(features, 'r', word.substring(from, from + length), RUN);
      }
    }
  }

  private static void add(Map<Long, Feature> features, char kind, String name, double weight) {
    features.merge(hash(kind, name), new Feature(1, weight), Feature::plus);
  }

  /** A text without any word, or whose features cancel each other out, is its own one feature. */
  private float[] normal(double[] sums, String text) {
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    if (squares == 0) {
      sums[(int) Long.remainderUnsigned(hash('t', text), dimensions)] = 1;
      squares = 1;
    }
    double length = Math.sqrt(squares);
    float[] vector = new float[dimensions];
    for (int at = 0; at < dimensions; at++) {
      vector[at] = (float) (sums[at] / length);
    }
    return vector;
  }

  /** FNV-1a over the characters, mixed as SplitMix64 does. */
  private static long hash(char kind, String name) {
    long hash = (0xcbf29ce484222325L ^ kind) * 0x100000001b3L;
    for (int at = 0; at < name.length(); at++) {
      hash = (hash ^ name.charAt(at)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }
}
