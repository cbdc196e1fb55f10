package dev.weir.inference.provider.builtin.extract.text;

/**
 * One sentence of a text.
 *
 * @param start offset of its first char in the text
 * @param end offset behind its last char
 * @param text its words without list marks, heading marks and line breaks
 */
public record Sentence(int start, int end, String text, Kind kind) {

  /** What kind of line the sentence stands in. */
  public enum Kind {
    PROSE,
    HEADING,
    ITEM,
    CODE
  }

  /** Whether the sentence only announces what follows it. */
  public boolean announces() {
    return kind == Kind.HEADING || text.endsWith(":") || text.endsWith("：");
  }

  /** Whether it is a question by its last mark. */
  public boolean asks() {
    for (int at = text.length() - 1; at >= 0; at--) {
      char c = text.charAt(at);
      if (c == '?' || c == '？' || c == '؟' || c == '՞') {
        return true;
      }
      if ("\"'”’»)] ".indexOf(c) < 0) {
        return false;
      }
    }
    return false;
  }
}
