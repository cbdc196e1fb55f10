package dev.weir.inference.shadow;

import dev.weir.inference.item.Usage;
import java.time.Duration;

/**
 * What one call came to, as far as it is compared.
 *
 * @param code what it failed with; empty when it came to its end
 * @param text the first {@value #MOST} characters of what it said
 * @param calls the first {@value #MOST} characters of the tool calls it asked for
 * @param length characters of all of it
 * @param firstToken how long that took; the whole time where none came
 * @param cost in nano-USD
 */
public record Answer(
    String code,
    String text,
    String calls,
    long length,
    Usage usage,
    Duration firstToken,
    Duration took,
    long cost) {

  /** How much is compared. */
  static final int MOST = 32_768;

  public boolean hasFailed() {
    return !code.isEmpty();
  }

  String all() {
    return calls.isEmpty() ? text : text + '\n' + calls;
  }

  boolean isWhole() {
    return length == text.length() + calls.length();
  }

  /** Without what it says: so it may stand in a log. */
  @Override
  public String toString() {
    return "Answer[" + code + ", " + length + " characters, " + took + "]";
  }
}
