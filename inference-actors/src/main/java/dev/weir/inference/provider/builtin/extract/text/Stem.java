package dev.weir.inference.provider.builtin.extract.text;

import java.util.Map;

/**
 * A light English stemmer: plurals as Harman's S-stemmer (JASIS 42(1), 1991), then -ing, -ed, -ly
 * and a few noun endings, then irregular verbs by table. Words of other languages pass through the
 * same rules on both sides of a comparison, which does no harm.
 */
final class Stem {

  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("built", "build"),
          Map.entry("wrote", "writ"),
          Map.entry("written", "writ"),
          Map.entry("made", "mak"),
          Map.entry("went", "go"),
          Map.entry("gone", "go"),
          Map.entry("began", "begin"),
          Map.entry("begun", "begin"),
          Map.entry("bought", "buy"),
          Map.entry("brought", "bring"),
          Map.entry("came", "com"),
          Map.entry("chose", "choos"),
          Map.entry("chosen", "choos"),
          Map.entry("died", "die"),
          Map.entry("dead", "die"),
          Map.entry("fell", "fall"),
          Map.entry("felt", "feel"),
          Map.entry("found", "find"),
          Map.entry("gave", "giv"),
          Map.entry("given", "giv"),
          Map.entry("grew", "grow"),
          Map.entry("grown", "grow"),
          Map.entry("held", "hold"),
          Map.entry("kept", "keep"),
          Map.entry("knew", "know"),
          Map.entry("known", "know"),
          Map.entry("led", "lead"),
          Map.entry("left", "leav"),
          Map.entry("lost", "los"),
          Map.entry("met", "meet"),
          Map.entry("paid", "pay"),
          Map.entry("ran", "run"),
          Map.entry("said", "say"),
          Map.entry("saw", "see"),
          Map.entry("seen", "see"),
          Map.entry("sent", "send"),
          Map.entry("sold", "sell"),
          Map.entry("spoke", "speak"),
          Map.entry("spent", "spend"),
          Map.entry("took", "tak"),
          Map.entry("taken", "tak"),
          Map.entry("taught", "teach"),
          Map.entry("told", "tell"),
          Map.entry("thought", "think"),
          Map.entry("won", "win"),
          Map.entry("children", "child"),
          Map.entry("men", "man"),
          Map.entry("women", "woman"),
          Map.entry("people", "person"),
          Map.entry("feet", "foot"),
          Map.entry("mice", "mous"));

  private Stem() {}

  static String of(String word) {
    String base = word.endsWith("'s") ? word.substring(0, word.length() - 2) : word;
    String irregular = IRREGULAR.get(base);
    if (irregular != null) {
      return irregular;
    }
    if (base.length() < 4
        || base.charAt(base.length() - 1) < 'a'
        || base.charAt(base.length() - 1) > 'z') {
      return base;
    }
    return ending(verb(singular(base)));
  }

  private static String singular(String word) {
    if (word.endsWith("ies") && word.length() > 4) {
      return word.substring(0, word.length() - 3) + "y";
    }
    if (word.endsWith("sses")
        || word.endsWith("xes")
        || word.endsWith("ches")
        || word.endsWith("shes")) {
      return word.substring(0, word.length() - 2);
    }
    boolean plural =
        word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us") && !word.endsWith("is");
    return plural ? word.substring(0, word.length() - 1) : word;
  }

  private static String verb(String word) {
    for (String suffix : new String[] {"ations", "ation", "ing", "ment", "ed", "ly"}) {
      int length = word.length() - suffix.length();
      if (word.endsWith(suffix)
          && length >= (suffix.length() > 3 ? 4 : 3)
          && hasVowel(word, length)) {
        return undouble(word.substring(0, length));
      }
    }
    return word;
  }

  private static String ending(String word) {
    int last = word.length() - 1;
    if (last > 2 && word.charAt(last) == 'e') {
      return word.substring(0, last);
    }
    return last > 2 && word.charAt(last) == 'y' ? word.substring(0, last) + "i" : word;
  }

  private static String undouble(String word) {
    int last = word.length() - 1;
    char c = word.charAt(last);
    boolean twice = last > 1 && c == word.charAt(last - 1) && "aeiouls".indexOf(c) < 0;
    return twice ? word.substring(0, last) : word;
  }

  private static boolean hasVowel(String word, int length) {
    for (int at = 0; at < length; at++) {
      if ("aeiouy".indexOf(word.charAt(at)) >= 0) {
        return true;
      }
    }
    return false;
  }
}
