package dev.weir.inference.provider.upstream;

/**
 * Joins surrogate pairs that an upstream cut in two: the first half waits for the second. Plain
 * state, one thread at a time.
 */
public final class Halves {

  private String waiting = "";

  /** What can be said so far; empty when only a first half is there. */
  public String join(String text) {
    if (text.isEmpty()) {
      return text;
    }
    String whole = waiting.isEmpty() ? text : waiting + text;
    int last = whole.length() - 1;
    if (Character.isHighSurrogate(whole.charAt(last))) {
      waiting = whole.substring(last);
      return whole.substring(0, last);
    }
    waiting = "";
    return whole;
  }
}
