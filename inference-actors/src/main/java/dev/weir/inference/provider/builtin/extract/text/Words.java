package dev.weir.inference.provider.builtin.extract.text;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Turns a sentence into the terms it is compared by. A word is lower-cased, freed of Latin accents
 * and lightly stemmed; a run of a script without spaces gives its overlapping pairs of characters,
 * the usual index unit for Chinese and Japanese.
 */
public final class Words {

  private static final int LONGEST = 40;

  private Words() {}

  /** The stemmed terms of {@code text} in order, stop words included. */
  public static List<String> terms(String text) {
    return plain(text).stream().map(Stem::of).toList();
  }

  /** The words of {@code text} in order, lower-cased, not stemmed. */
  public static List<String> plain(String text) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (!Character.isLetterOrDigit(point)) {
        at += Character.charCount(point);
      } else if (isPaired(point)) {
        at = pairs(text, at, words);
      } else {
        at = word(text, at, words);
      }
    }
    return words;
  }

  /** Whether words of this character's script stand without spaces between them. */
  static boolean isUnspaced(int point) {
    if (point < 0x0E00) {
      return false;
    }
    UnicodeScript script = UnicodeScript.of(point);
    return switch (script) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default ->
          point == 'ー' || (point >= 0x3001 && point <= 0x3011) || point == '！' || point == '？';
    };
  }

  /** Korean has spaces, but its particles cling to its words: pairs serve it better. */
  private static boolean isPaired(int point) {
    return isUnspaced(point) || (point >= 0xAC00 && point <= 0xD7A3);
  }

  private static int pairs(String text, int from, List<String> words) {
    int at = from;
    int before = -1;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (!isPaired(point) || !Character.isLetterOrDigit(point)) {
        break;
      }
      if (before >= 0) {
        words.add(text.substring(before, at + Character.charCount(point)));
      }
      before = at;
      at += Character.charCount(point);
    }
    if (before == from) {
      words.add(text.substring(from, at));
    }
    return at;
  }

  private static int word(String text, int from, List<String> words) {
    int at = from;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      boolean inside =
          Character.isLetterOrDigit(point)
              || Character.getType(point) == Character.NON_SPACING_MARK;
      if (isPaired(point) || !(inside || isInnerMark(text, at))) {
        break;
      }
      at += Character.charCount(point);
    }
    words.add(normal(text.substring(from, Math.min(at, from + LONGEST))));
    return at;
  }

  /** The apostrophe of "don't", the point of "3.14" and "e.g". */
  private static boolean isInnerMark(String text, int at) {
    char c = text.charAt(at);
    return (c == '\'' || c == '’' || c == '.' || c == '_')
        && at + 1 < text.length()
        && Character.isLetterOrDigit(text.codePointAt(at + 1));
  }

  private static String normal(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (isAscii(lower)) {
      return lower;
    }
    String folded = lower.replace('’', '\'');
    if (UnicodeScript.of(folded.codePointAt(0)) != UnicodeScript.LATIN) {
      return Normalizer.normalize(folded, Normalizer.Form.NFC);
    }
    StringBuilder plain = new StringBuilder(folded.length());
    Normalizer.normalize(folded, Normalizer.Form.NFKD)
        .codePoints()
        .filter(point -> Character.getType(point) != Character.NON_SPACING_MARK)
        .forEach(plain::appendCodePoint);
    return plain.toString();
  }

  private static boolean isAscii(String word) {
    for (int at = 0; at < word.length(); at++) {
      if (word.charAt(at) >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
