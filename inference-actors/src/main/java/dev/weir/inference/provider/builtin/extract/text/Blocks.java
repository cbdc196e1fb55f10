package dev.weir.inference.provider.builtin.extract.text;

import dev.weir.inference.provider.builtin.extract.text.Sentence.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into blocks that no sentence crosses: paragraphs, headings, list items, code. Knows
 * plain text and Markdown; one pass over the lines.
 */
final class Blocks {

  /** A stretch of the text; {@code start} is behind the list or heading mark. */
  record Block(int start, int end, Kind kind) {}

  private static final Pattern HEADING = Pattern.compile("\\s{0,3}#{1,6}\\s+");
  private static final Pattern ITEM =
      Pattern.compile("\\s{0,12}(?:[-*+•▪◦‣·–]|\\(?\\d{1,3}[.)]|[a-z]\\))\\s+|\\s{0,3}[|>]\\s?");
  private static final Pattern RULE =
      Pattern.compile("\\s{0,3}(?:={3,200}|-{3,200}|\\*{3,200})\\s*");
  private static final Pattern FIELD =
      Pattern.compile("\\s{0,12}[\\p{L}\\p{N}][\\p{L}\\p{N}_ -]{0,30}[:：]\\s");

  /** A line shorter than this was ended by its writer, not by a margin. */
  private static final int SHORT_LINE = 45;

  private static final int SHORT_IDEOGRAPHIC_LINE = 15;

  private final String text;
  private final List<Block> blocks = new ArrayList<>();
  private int start = -1;
  private int end;
  private Kind kind = Kind.PROSE;
  private boolean fenced;

  private Blocks(String text) {
    this.text = text;
  }

  static List<Block> of(String text) {
    Blocks blocks = new Blocks(text);
    int line = 0;
    while (line < text.length()) {
      int lineEnd = lineEnd(text, line);
      blocks.line(line, lineEnd);
      line = lineEnd + 1;
    }
    blocks.close();
    return blocks.blocks;
  }

  private void line(int from, int to) {
    if (isFence(from, to)) {
      close();
      fenced = !fenced;
    } else if (fenced) {
      single(from, to, Kind.CODE);
    } else if (isBlank(from, to)) {
      close();
    } else {
      words(from, to);
    }
  }

  private void words(int from, int to) {
    Matcher heading = at(HEADING, from, to);
    Matcher item = at(ITEM, from, to);
    if (at(RULE, from, to).matches()) {
      rule(from);
    } else if (heading.lookingAt()) {
      single(heading.end(), to, Kind.HEADING);
    } else if (item.lookingAt()) {
      close();
      open(item.end(), to, Kind.ITEM);
    } else if (start >= 0 && (endedByWriter() || at(FIELD, from, to).lookingAt())) {
      close();
      open(from, to, Kind.PROSE);
    } else if (start >= 0) {
      end = to;
    } else {
      open(from, to, Kind.PROSE);
    }
  }

  /** A line of marks: the paragraph above it, if it is one line, was a heading. */
  private void rule(int from) {
    boolean underlines = text.charAt(from) != '*' && start >= 0 && lineEnd(text, start) == end;
    if (underlines && kind == Kind.PROSE) {
      kind = Kind.HEADING;
    }
    close();
  }

  private boolean endedByWriter() {
    int last = text.lastIndexOf('\n', end - 1);
    int length = end - Math.max(last + 1, start);
    return length
        < (Words.isUnspaced(text.codePointBefore(end)) ? SHORT_IDEOGRAPHIC_LINE : SHORT_LINE);
  }

  private void single(int from, int to, Kind single) {
    close();
    open(from, to, single);
    close();
  }

  private void open(int from, int to, Kind opened) {
    start = from;
    end = to;
    kind = opened;
  }

  private void close() {
    if (start >= 0 && end > start) {
      blocks.add(new Block(start, end, kind));
    }
    start = -1;
  }

  private boolean isFence(int from, int to) {
    int at = from;
    while (at < to && at < from + 4 && text.charAt(at) == ' ') {
      at++;
    }
    return text.startsWith("```", at) || text.startsWith("~~~", at);
  }

  private boolean isBlank(int from, int to) {
    for (int at = from; at < to; at++) {
      if (!Character.isWhitespace(text.charAt(at))) {
        return false;
      }
    }
    return true;
  }

  private Matcher at(Pattern pattern, int from, int to) {
    return pattern.matcher(text).region(from, Math.min(to, from + 300));
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }
}
