package dev.weir.orchestrator.pipeline;

import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a text into chunks of at most so many tokens, behind a paragraph where one ends in a chunk's
 * second half, else behind a line, a sentence, a word, or wherever it must be. Joined, the chunks
 * are the text again. Linear in the text's length. Immutable.
 */
final class Splitter {

  /** No counter counts fewer tokens than one for this many characters, as far as it matters. */
  private static final int CHARACTERS_A_TOKEN = 4;

  private final int most;
  private final TokenCounter counter;

  /**
   * @param most tokens of a chunk
   */
  Splitter(int most, TokenCounter counter) {
    this.most = most;
    this.counter = counter;
  }

  List<String> split(String text) {
    List<String> chunks = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int to = end(text, from);
      chunks.add(text.substring(from, to));
      from = to;
    }
    return chunks;
  }

  private int end(String text, int from) {
    int furthest = furthest(text, from);
    return furthest == text.length() ? furthest : boundary(text, from, furthest);
  }

  /** How far a chunk that begins at {@code from} may reach. */
  private int furthest(String text, int from) {
    int high = (int) Math.min(text.length(), from + (long) most * CHARACTERS_A_TOKEN);
    if (fits(text, from, high)) {
      return whole(text, from, high);
    }
    int low = from;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (fits(text, from, middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return whole(text, from, low);
  }

  private boolean fits(String text, int from, int to) {
    return counter.count(text.substring(from, to)) <= most;
  }

  /** {@code to}, but never between the halves of a character, and never nothing. */
  private static int whole(String text, int from, int to) {
    boolean halved =
        to > from
            && to < text.length()
            && Character.isHighSurrogate(text.charAt(to - 1))
            && Character.isLowSurrogate(text.charAt(to));
    int end = halved ? to - 1 : to;
    return end > from ? end : from + Character.charCount(text.codePointAt(from));
  }

  /** The best place to cut in the chunk's second half. */
  private static int boundary(String text, int from, int to) {
    int least = from + (to - from) / 2;
    int line = -1;
    int sentence = -1;
    int word = -1;
    for (int at = to; at > least; at--) {
      char before = text.charAt(at - 1);
      if (before == '\n') {
        if (at >= 2 && text.charAt(at - 2) == '\n') {
          return at;
        }
        line = Math.max(line, at);
      } else if (endsSentence(text, at)) {
        sentence = Math.max(sentence, at);
      } else if (Character.isWhitespace(before)) {
        word = Math.max(word, at);
      }
    }
    return line > 0 ? line : sentence > 0 ? sentence : word > 0 ? word : to;
  }

  private static boolean endsSentence(String text, int at) {
    char before = text.charAt(at - 1);
    if (before == '。' || before == '！' || before == '？') {
      return true;
    }
    return before == ' ' && at >= 2 && ".!?".indexOf(text.charAt(at - 2)) >= 0;
  }
}
