package dev.weir.inference.shadow;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How alike two texts are: Jaccard's coefficient of their words, each counted as often as it stands
 * there (the size of what both have, divided by the size of what either has). From 0 to 1, and 1
 * for texts without words; whatever the order of the words, and upper or lower case. Ideographs and
 * kana are words of their own. O(n).
 *
 * <p>P. Jaccard, "The Distribution of the Flora in the Alpine Zone", New Phytologist 11(2), 1912.
 */
final class Similarity {

  private Similarity() {}

  static double of(String one, String other) {
    Map<String, Integer> left = words(one);
    Map<String, Integer> right = words(other);
    long both = 0;
    for (Map.Entry<String, Integer> word : left.entrySet()) {
      both += Math.min(word.getValue(), right.getOrDefault(word.getKey(), 0));
    }
    long either = size(left) + size(right) - both;
    return either == 0 ? 1 : (double) both / either;
  }

  private static long size(Map<String, Integer> words) {
    return words.values().stream().mapToLong(Integer::longValue).sum();
  }

  private static Map<String, Integer> words(String text) {
    String folded = text.toLowerCase(Locale.ROOT);
    Map<String, Integer> words = new HashMap<>();
    int from = 0;
    for (int at = 0; at < folded.length(); ) {
      int c = folded.codePointAt(at);
      int next = at + Character.charCount(c);
      boolean alone = isAlone(c);
      if (alone || !Character.isLetterOrDigit(c)) {
        add(words, folded.substring(from, at));
        from = next;
      }
      if (alone) {
        add(words, folded.substring(at, next));
      }
      at = next;
    }
    add(words, folded.substring(from));
    return words;
  }

  private static boolean isAlone(int c) {
    return switch (Character.UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA -> true;
      default -> false;
    };
  }

  private static void add(Map<String, Integer> words, String word) {
    if (!word.isEmpty()) {
      words.merge(word, 1, Integer::sum);
    }
  }
}
