package dev.weir.inference.provider.builtin.extract.schema;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes a text that matches a regular expression: literals, classes, groups, alternatives and
 * counts. What it cannot read (look-around, back references) is {@link Unsatisfiable}; the caller
 * checks the result with the real matcher anyway.
 */
final class PatternSample {

  private static final int LONGEST = 4_000;
  private static final String PREFERRED =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- .";

  private final String pattern;
  private final int extra;
  private final int variant;
  private int at;
  private int depth;

  private PatternSample(String pattern, int extra, int variant) {
    this.pattern = pattern;
    this.extra = extra;
    this.variant = variant;
  }

  /**
   * A text for {@code pattern}.
   *
   * @param extra how many repetitions beyond the least an open count gets
   * @param variant which member of each class to write
   */
  static String of(String pattern, int extra, int variant) {
    PatternSample sample = new PatternSample(pattern, extra, variant);
    String text = sample.alternatives();
    if (sample.at < pattern.length()) {
      throw new Unsatisfiable("a pattern with a stray bracket");
    }
    return text;
  }

  private String alternatives() {
    if (++depth > 50) {
      throw new Unsatisfiable("a pattern too deep");
    }
    List<String> branches = new ArrayList<>();
    branches.add(sequence());
    while (at < pattern.length() && pattern.charAt(at) == '|') {
      at++;
      branches.add(sequence());
    }
    depth--;
    return branches.get(variant % branches.size());
  }

  private String sequence() {
    StringBuilder text = new StringBuilder();
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      String atom = atom();
      text.append(atom.repeat(count(atom.length())));
      if (text.length() > LONGEST) {
        throw new Unsatisfiable("a pattern for long texts");
      }
    }
    return text.toString();
  }

  private String atom() {
    char c = pattern.charAt(at++);
    return switch (c) {
      case '^', '$' -> "";
      case '.' -> pick(PREFERRED);
      case '(' -> group();
      case '[' -> pick(characterClass());
      case '\\' -> escaped();
      default -> String.valueOf(c);
    };
  }

  private String group() {
    if (pattern.startsWith("?:", at)) {
      at += 2;
    } else if (pattern.startsWith("?<", at)
        && !pattern.startsWith("?<=", at)
        && !pattern.startsWith("?<!", at)) {
      at = pattern.indexOf('>', at) + 1;
    } else if (pattern.startsWith("?", at)) {
      throw new Unsatisfiable("a pattern that looks around");
    }
    String inside = alternatives();
    if (at >= pattern.length()) {
      throw new Unsatisfiable("a pattern with an open bracket");
    }
    at++;
    return inside;
  }

  private String escaped() {
    if (at >= pattern.length()) {
      throw new Unsatisfiable("a pattern that ends in an escape");
    }
    char c = pattern.charAt(at++);
    return switch (c) {
      case 'b', 'A', 'z', 'Z' -> "";
      default -> pick(members(c));
    };
  }

  private String members(char escape) {
    return switch (escape) {
      case 'd' -> "0123456789";
      case 'w' -> "abcdefghijklmnopqrstuvwxyz0123456789_";
      case 's' -> " ";
      case 'D', 'S' -> "abcdefghijklmnopqrstuvwxyz";
      case 'W' -> "- .";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      default -> {
        if (Character.isLetterOrDigit(escape)) {
          throw new Unsatisfiable("a pattern with an unknown escape");
        }
        yield String.valueOf(escape);
      }
    };
  }

  private String characterClass() {
    boolean negated = at < pattern.length() && pattern.charAt(at) == '^';
    at += negated ? 1 : 0;
    StringBuilder members = new StringBuilder();
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      char c = pattern.charAt(at++);
      if (c == '\\' && at < pattern.length()) {
        members.append(members(pattern.charAt(at++)));
      } else if (at + 1 < pattern.length()
          && pattern.charAt(at) == '-'
          && pattern.charAt(at + 1) != ']') {
        char last = pattern.charAt(at + 1);
        at += 2;
        for (int member = c; member <= last && member < c + 128; member++) {
          members.append((char) member);
        }
      } else {
        members.append(c);
      }
    }
    if (at++ >= pattern.length()) {
      throw new Unsatisfiable("a pattern with an open class");
    }
    return negated ? without(members.toString()) : members.toString();
  }

  private static String without(String excluded) {
    StringBuilder left = new StringBuilder();
    PREFERRED.chars().filter(c -> excluded.indexOf(c) < 0).forEach(c -> left.append((char) c));
    return left.toString();
  }

  private String pick(String members) {
    if (members.isEmpty()) {
      throw new Unsatisfiable("a pattern with an empty class");
    }
    return String.valueOf(members.charAt(variant % members.length()));
  }

  /** Reads the count behind an atom. */
  private int count(int width) {
    if (at >= pattern.length()) {
      return 1;
    }
    int count = 1;
    switch (pattern.charAt(at)) {
      case '?' -> {
        count = extra > 0 ? 1 : 0;
        at++;
      }
      case '*' -> {
        count = extra;
        at++;
      }
      case '+' -> {
        count = 1 + extra;
        at++;
      }
      case '{' -> count = braces();
      default -> {
        return 1;
      }
    }
    boolean lazyOrPossessive =
        at < pattern.length() && (pattern.charAt(at) == '?' || pattern.charAt(at) == '+');
    at += lazyOrPossessive ? 1 : 0;
    return Math.min(count, LONGEST / Math.max(1, width) + 1);
  }

  private int braces() {
    int end = pattern.indexOf('}', at);
    try {
      String[] counts = pattern.substring(at + 1, end).split(",", -1);
      at = end + 1;
      int least = Integer.parseInt(counts[0].strip());
      if (counts.length == 1) {
        return least;
      }
      int most =
          counts[1].isBlank() ? Integer.MAX_VALUE - extra : Integer.parseInt(counts[1].strip());
      return Math.min(least + extra, most);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new Unsatisfiable("a pattern with an odd count");
    }
  }
}
