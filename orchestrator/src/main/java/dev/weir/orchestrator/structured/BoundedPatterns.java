package dev.weir.orchestrator.structured;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.regex.Pattern;

/**
 * Regular expressions that give up: clients write the patterns, and some take for ever on some
 * texts. The count of characters looked at is the clock.
 */
final class BoundedPatterns implements RegularExpressionFactory {

  private static final long MOST_LOOKS = 2_000_000;

  /** A pattern has looked at too many characters. */
  static final class TooLong extends RuntimeException {
    TooLong() {
      super("pattern", null, false, false);
    }
  }

  @Override
  public RegularExpression getRegularExpression(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return text -> pattern.matcher(new Watched(text, 0, text.length(), new Looks())).find();
  }

  private static final class Looks {
    private long count;

    void one() {
      if (++count > MOST_LOOKS) {
        throw new TooLong();
      }
    }
  }

  /** A text, or a part of one, that counts how often it is looked at. */
  private record Watched(String text, int from, int to, Looks looks) implements CharSequence {

    @Override
    public char charAt(int index) {
      looks.one();
      return text.charAt(from + index);
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Watched(text, from + start, from + end, looks);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
