package dev.weir.inference.provider.builtin.extract.schema;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions of strangers, matched with a limit on the work they may cause. */
final class Patterns {

  private static final int STEPS = 100_000;
  private static final int LONGEST = 2_000;

  private Patterns() {}

  /** Whether {@code pattern} is found in {@code text}; false also when that takes too long. */
  static boolean finds(String pattern, String text) {
    if (text.length() > LONGEST) {
      return false;
    }
    Optional<Pattern> compiled = compile(pattern);
    try {
      return compiled.isPresent()
          && compiled.get().matcher(new Metered(text, new AtomicInteger())).find();
    } catch (Unsatisfiable | StackOverflowError tooMuch) {
      return false;
    }
  }

  private static Optional<Pattern> compile(String pattern) {
    try {
      return Optional.of(Pattern.compile(pattern));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  /** A text that gives only so many chars. */
  private record Metered(CharSequence text, AtomicInteger reads) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (reads.incrementAndGet() > STEPS) {
        throw new Unsatisfiable("a regular expression that runs away");
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Metered(text.subSequence(start, end), reads);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
