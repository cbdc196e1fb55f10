package dev.weir.inference.provider.builtin.extract.text;

/** Where a text may be cut without breaking what a reader sees as one character. */
public final class Cut {

  private static final int REACH = 200;
  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private Cut() {}

  /**
   * The best place to cut at or shortly before {@code wanted}: behind white space if there is some,
   * else between characters. Always above {@code from}, so a loop of cuts ends.
   *
   * @param limit where the text to cut ends; a cut wanted there is free
   */
  public static int before(String text, int from, int wanted, int limit) {
    if (wanted >= limit) {
      return limit;
    }
    int lowest = Math.max(from + 1, wanted - REACH);
    for (int at = wanted; at >= lowest; at--) {
      if (Character.isWhitespace(text.charAt(at - 1))) {
        return at;
      }
    }
    for (int at = wanted; at >= lowest; at--) {
      if (between(text, at)) {
        return at;
      }
    }
    return pairs(text, wanted) ? (wanted - 1 > from ? wanted - 1 : wanted + 1) : wanted;
  }

  /** Whether two characters as readers see them meet at {@code at}. */
  public static boolean between(CharSequence text, int at) {
    if (at <= 0 || at >= text.length()) {
      return true;
    }
    if (pairs(text, at)) {
      return false;
    }
    int next = Character.codePointAt(text, at);
    return !joins(next) && Character.codePointBefore(text, at) != ZERO_WIDTH_JOINER;
  }

  private static boolean pairs(CharSequence text, int at) {
    return Character.isLowSurrogate(text.charAt(at))
        && Character.isHighSurrogate(text.charAt(at - 1));
  }

  private static boolean joins(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || codePoint == ZERO_WIDTH_JOINER
        || (codePoint >= 0x1F3FB && codePoint <= 0x1F3FF);
  }
}
