package dev.weir.inference.provider.builtin.extract.text;

import dev.weir.inference.provider.builtin.extract.text.Blocks.Block;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits text into sentences, in linear time. {@link BreakIterator} proposes the boundaries inside
 * each block of text; abbreviations and initials take some back, marks it does not know add some,
 * and a sentence longer than {@value #LONGEST} chars is cut where a word or a character ends.
 */
public final class Sentences {

  private static final int LONGEST = 1_500;
  private static final int WINDOW = 20_000;

  private static final Set<String> TITLES =
      Set.of(
          "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "capt", "sgt", "rev", "sr", "sra");

  private static final Set<String> ABBREVIATIONS =
      Set.copyOf(
          List.of(
              ("jr vs e.g i.e eg ie cf al fig figs nos vol pp p ca approx inc ltd co corp dept est"
                   + " gov hon lt u.s u.k u.n a.m p.m z.b d.h bzw str bd vgl ggf evtl u.a p.ex av"
                   + " sig dra ud uds op ed eds art ch sec resp incl excl max min tel jan feb mar"
                   + " apr jun jul aug sept sep oct nov dec")
                  .split(" ", -1)));

  private static final Set<String> GERMAN_MONTHS =
      Set.of(
          "januar",
          "februar",
          "märz",
          "april",
          "mai",
          "juni",
          "juli",
          "august",
          "september",
          "oktober",
          "november",
          "dezember");

  private Sentences() {}

  /** The sentences of {@code text} in order; blank text has none. */
  public static List<Sentence> of(String text) {
    List<Sentence> sentences = new ArrayList<>();
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    for (Block block : Blocks.of(text)) {
      if (block.kind() == Sentence.Kind.CODE || block.kind() == Sentence.Kind.HEADING) {
        add(text, block.start(), block.end(), block.kind(), sentences);
      } else {
        split(text, block, breaks, sentences);
      }
    }
    return sentences;
  }

  private static void split(
      String text, Block block, BreakIterator breaks, List<Sentence> sentences) {
    int from = block.start();
    while (from < block.end()) {
      int to = Cut.before(text, from, Math.min(block.end(), from + WINDOW), block.end());
      breaks.setText(text.substring(from, to));
      int start = from;
      for (int at = breaks.next(); at != BreakIterator.DONE; at = breaks.next()) {
        int end = from + at;
        if (end == to || !continues(text, start, end)) {
          splitAtForeignMarks(text, start, end, block.kind(), sentences);
          start = end;
        }
      }
      from = to;
    }
  }

  /**
   * Whether the full stop before {@code end} belongs to an abbreviation, an initial or a number.
   */
  private static boolean continues(String text, int start, int end) {
    if (".?!".indexOf(text.charAt(end - 1)) >= 0 && Character.isLetterOrDigit(text.charAt(end))) {
      return true; // inside an address or a version
    }
    int stop = end - 1;
    while (stop > start && Character.isWhitespace(text.charAt(stop))) {
      stop--;
    }
    if (text.charAt(stop) != '.') {
      return false;
    }
    int word = stop;
    while (word > start && isWordChar(text.charAt(word - 1))) {
      word--;
    }
    String last = text.substring(word, stop).toLowerCase(Locale.ROOT);
    if (TITLES.contains(last)) {
      return true;
    }
    boolean initial = last.length() == 1 && Character.isUpperCase(text.charAt(word));
    boolean ordinal =
        last.length() <= 2
            && last.chars().allMatch(Character::isDigit)
            && GERMAN_MONTHS.contains(wordAt(text, end));
    boolean numbers =
        last.equals("no") && end < text.length() && Character.isDigit(text.charAt(end));
    boolean likely = initial || ordinal || numbers || ABBREVIATIONS.contains(last);
    return likely && !last.isEmpty() && !opensSentence(text, end);
  }

  /** "The" after "p.m." starts a sentence. */
  private static boolean opensSentence(String text, int at) {
    return StopWords.isEnglish(wordAt(text, at));
  }

  private static String wordAt(String text, int at) {
    int end = at;
    while (end < text.length() && Character.isLetter(text.charAt(end)) && end - at < 20) {
      end++;
    }
    return text.substring(at, end).toLowerCase(Locale.ROOT);
  }

  private static boolean isWordChar(char c) {
    return Character.isLetterOrDigit(c) || c == '.';
  }

  private static void splitAtForeignMarks(
      String text, int from, int to, Sentence.Kind kind, List<Sentence> sentences) {
    int start = from;
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (c == '؟' || c == '۔' || c == '।' || c == '॥' || c == '።' || c == '។') {
        add(text, start, at + 1, kind, sentences);
        start = at + 1;
      }
    }
    add(text, start, to, kind, sentences);
  }

  private static void add(
      String text, int from, int to, Sentence.Kind kind, List<Sentence> sentences) {
    int start = from;
    while (start < to) {
      int end = Cut.before(text, start, Math.min(to, start + LONGEST), to);
      int first = start;
      int last = end;
      while (first < last && Character.isWhitespace(text.charAt(first))) {
        first++;
      }
      while (last > first && Character.isWhitespace(text.charAt(last - 1))) {
        last--;
      }
      if (first < last) {
        sentences.add(new Sentence(first, last, oneLine(text, first, last), kind));
      }
      start = end;
    }
  }

  /** The words with each run of white space as one space, or none between ideographs. */
  private static String oneLine(String text, int from, int to) {
    StringBuilder line = new StringBuilder(to - from);
    for (int at = from; at < to; at++) {
      char c = text.charAt(at);
      if (!Character.isWhitespace(c)) {
        line.append(c);
        continue;
      }
      boolean broken = c == '\n';
      while (Character.isWhitespace(text.charAt(at + 1))) {
        at++;
        broken |= text.charAt(at) == '\n';
      }
      boolean joins = broken && Words.isUnspaced(line.codePointBefore(line.length()));
      if (!joins || !Words.isUnspaced(text.codePointAt(at + 1))) {
        line.append(' ');
      }
    }
    return line.toString();
  }
}
