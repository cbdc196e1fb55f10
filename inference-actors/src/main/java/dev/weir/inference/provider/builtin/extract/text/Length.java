package dev.weir.inference.provider.builtin.extract.text;

import dev.weir.inference.token.TokenCounter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long an answer may be. 0 sentences or words: not told.
 *
 * @param bullets whether it was asked for as a list
 * @param tokens the output cap, by the estimating counter
 */
public record Length(int sentences, int words, boolean bullets, int tokens) {

  private static final List<String> NUMBERS =
      List.of("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");

  private static final Pattern ASKED =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}])(\\d{1,4}|a|an|ein(?:em|en)?|une?|one|two|three|four|five|six|seven|eight|nine|ten"
              + "|zwei|drei|vier|fünf|deux|trois|quatre|cinq|dos|tres|cuatro|cinco|due|tre)["
              + " -]{0,2}(?:(?:short|brief|single|key|main|kurzen?|courtes?)\\s)?"
              + "(?:(sentence|satz|sätze|phrase|frase|oraci|zin|bullet|point|stichpunkt|punkt|line)"
              + "|(word|wort|wört|mot|palabra|parol|palavra|woord)"
              + "|(paragraph|absatz|absätze|paragraphe|párrafo))"
              + "|(\\d{1,4}|[一二三四五六七八九十两])\\s?(?:(句|点|文で|つ)|(个?字|文字|字以内))",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  private static final Pattern BULLETS =
      Pattern.compile(
          "\\bbullet|\\blist(?:e|a|s)?\\b|stichpunkt|\\bkey points|要点|箇条書き",
          Pattern.CASE_INSENSITIVE);

  private static final int SENTENCES_A_PARAGRAPH = 4;
  private static final int DEFAULT_MOST = 10;

  /** The length {@code request} asks for in words. */
  public static Length of(String request, int tokens) {
    Matcher matcher = ASKED.matcher(request);
    boolean bullets = BULLETS.matcher(request).find();
    if (!matcher.find()) {
      return new Length(0, 0, bullets, tokens);
    }
    int count = Math.max(1, number(matcher.group(1) != null ? matcher.group(1) : matcher.group(5)));
    if (matcher.group(3) != null || matcher.group(7) != null) {
      return new Length(0, count, bullets, tokens);
    }
    int sentences = matcher.group(4) != null ? count * SENTENCES_A_PARAGRAPH : count;
    return new Length(sentences, 0, bullets, tokens);
  }

  /** Whether the request named a length. */
  public boolean isTold() {
    return sentences > 0 || words > 0;
  }

  /** Starts to fill this length from a text of so many sentences. */
  Room room(int available) {
    return new Room(available);
  }

  /** What is left of a length. Not thread safe. */
  final class Room {
    private final int most;
    private int taken;
    private long wordsTaken;
    private long tokensTaken;

    private Room(int available) {
      int usual = (int) Math.min(DEFAULT_MOST, Math.max(1, Math.round(Math.sqrt(available))));
      this.most = words > 0 ? Integer.MAX_VALUE : sentences > 0 ? sentences : usual;
    }

    boolean isOpen() {
      return taken < most && (words == 0 || wordsTaken < words);
    }

    /** Takes the sentence if it fits; the first one always does. */
    boolean take(String sentence) {
      long newWords = wordsIn(sentence);
      long newTokens = TokenCounter.estimate().count(sentence) + 1;
      boolean fits =
          (words == 0 || wordsTaken + newWords <= words) && tokensTaken + newTokens <= tokens;
      if (!fits && taken > 0) {
        return false;
      }
      taken++;
      wordsTaken += newWords;
      tokensTaken += newTokens;
      return true;
    }
  }

  /** Cuts {@code text} behind the last word that was asked for. */
  public String trim(String text) {
    if (words == 0 || wordsIn(text) <= words) {
      return text;
    }
    int seen = 0;
    boolean inWord = false;
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int point = text.codePointAt(at);
      boolean alone = Words.isUnspaced(point);
      boolean starts = !Character.isWhitespace(point) && (alone || !inWord);
      if (starts && ++seen > words) {
        return text.substring(0, at).stripTrailing() + "…";
      }
      inWord = !Character.isWhitespace(point) && !alone;
    }
    return text;
  }

  /** Words between spaces; a character of a script without spaces counts as one. */
  static long wordsIn(String text) {
    long words = 0;
    boolean inWord = false;
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int point = text.codePointAt(at);
      boolean alone = Words.isUnspaced(point);
      words += !Character.isWhitespace(point) && (alone || !inWord) ? 1 : 0;
      inWord = !Character.isWhitespace(point) && !alone;
    }
    return words;
  }

  private static int number(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    if (Character.isDigit(lower.charAt(0))) {
      return Integer.parseInt(lower);
    }
    int english = NUMBERS.indexOf(lower);
    int chinese = "零一二三四五六七八九十".indexOf(lower);
    if (english > 0 || chinese > 0) {
      return Math.max(english, chinese);
    }
    return switch (lower) {
      case "zwei", "deux", "dos", "due", "两" -> 2;
      case "drei", "trois", "tres", "tre" -> 3;
      case "vier", "quatre", "cuatro" -> 4;
      case "fünf", "cinq", "cinco" -> 5;
      default -> 1;
    };
  }
}
