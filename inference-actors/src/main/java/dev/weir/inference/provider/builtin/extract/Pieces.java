package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.provider.builtin.extract.text.Cut;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an answer into what is streamed: words with the space before them, never half a character.
 */
final class Pieces {

  private static final int LONGEST = 16;
  private static final int ONE_CHARACTER = 64;

  private Pieces() {}

  /** The pieces of {@code text}; joined they are the text, and none is empty. */
  static List<String> of(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = end(text, start);
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private static int end(String text, int start) {
    int at = start;
    while (at < text.length() && Character.isWhitespace(text.charAt(at)) && at - start < LONGEST) {
      at++;
    }
    int most = Math.min(text.length(), at + LONGEST);
    while (at < most && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    while (at < text.length() && at - start < ONE_CHARACTER && !Cut.between(text, at)) {
      at++;
    }
    boolean half =
        at < text.length()
            && Character.isLowSurrogate(text.charAt(at))
            && Character.isHighSurrogate(text.charAt(at - 1));
    return half ? at + 1 : at;
  }

  /** The longest beginning of {@code text} that is at most {@code tokens}, without a last space. */
  static String cap(String text, int tokens, TokenCounter counter) {
    if (counter.count(text) <= tokens) {
      return text;
    }
    int low = 0;
    int high = text.length();
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (counter.count(text.subSequence(0, middle)) <= tokens) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    boolean half = low > 0 && Character.isHighSurrogate(text.charAt(low - 1));
    return text.substring(0, half ? low - 1 : low).stripTrailing();
  }
}
