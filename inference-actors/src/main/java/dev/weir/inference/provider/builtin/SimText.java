package dev.weir.inference.provider.builtin;

import dev.weir.inference.provider.Delta;
import java.util.SplittableRandom;

/**
 * Endless readable filler: sentences of a few words about water. One token is one word, with a
 * space before it unless it is the first. Every delta is made once for all texts.
 */
final class SimText {

  private static final String[] WORDS =
      ("the river runs over a low dam and meters every stream that comes down from hills where rain"
              + " falls on stone moss grass while slow water turns wheels fills ponds cools mills"
              + " carries leaves boats light under old bridges past quiet fields toward wide sea")
          .split(" ");
  private static final Delta.Text[] INNER = new Delta.Text[WORDS.length];
  private static final Delta.Text[] OPENING = new Delta.Text[WORDS.length];
  private static final Delta.Text[] CLOSING = new Delta.Text[WORDS.length];

  static {
    for (int i = 0; i < WORDS.length; i++) {
      INNER[i] = new Delta.Text(" " + WORDS[i]);
      OPENING[i] = new Delta.Text(" " + capital(WORDS[i]));
      CLOSING[i] = new Delta.Text(" " + WORDS[i] + ".");
    }
  }

  private final SplittableRandom random;
  private boolean first = true;
  private int left;

  SimText(SplittableRandom random) {
    this.random = random;
  }

  /** Passes over what was said already, by this text or by another; returns how many tokens. */
  int skip(String said) {
    int tokens = 0;
    for (int length = 0; length < said.length(); tokens++) {
      length += next().text().length();
    }
    return tokens;
  }

  Delta.Text next() {
    int word = random.nextInt(WORDS.length);
    if (left == 0) {
      left = random.nextInt(5, 13);
      if (first) {
        first = false;
        return new Delta.Text(capital(WORDS[word]));
      }
      return OPENING[word];
    }
    left--;
    return left == 0 ? CLOSING[word] : INNER[word];
  }

  private static String capital(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }
}
