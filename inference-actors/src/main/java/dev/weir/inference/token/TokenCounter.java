package dev.weir.inference.token;

/** Counts tokens of a text, exactly or as an estimate. Thread safe. */
public interface TokenCounter {

  long count(CharSequence text);

  /** About four UTF-8 bytes a token, never fewer than the words: an estimate for any model. */
  static TokenCounter estimate() {
    return text -> {
      long bytes = 0;
      long words = 0;
      boolean inWord = false;
      for (int at = 0; at < text.length(); at++) {
        char c = text.charAt(at);
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
        boolean space = Character.isWhitespace(c);
        if (!space && !inWord) {
          words++;
        }
        inWord = !space;
      }
      return Math.max(words, (bytes + 3) / 4);
    };
  }
}
