package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What one message wants: what to do, the words that ask for it, and the text it brings along.
 *
 * <p>The words that ask are the last sentences of the message when they are a question or a demand,
 * else its first ones ("Summarise this: …"), else any question of a short message. A long text that
 * asks nothing is to be summarised; a short one is only to be noted.
 */
record Request(Task task, List<String> asked, List<Sentence> body) {

  enum Task {
    ANSWER,
    SUMMARIZE,
    NOTE
  }

  private static final Pattern SUMMARY =
      Pattern.compile(
          "summar|\\btl;?dr\\b|\\bsum (?:it |this |that )?up\\b|\\b(?:key|main)"
              + " (?:points|ideas)|\\bgist\\b"
              + "|\\brecap\\b|\\bcondense|\\bshorten|zusammenfass|zusammenzufassen|\\bfass\\w*\\b.*\\bzusammen"
              + "|kurzfassung|r[ée]sum|\\bresum|riassu|samenva|sammanfat|кратк|резюм|总结|總結|概括|摘要"
              + "|要約|まとめ|요약",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  private static final Pattern DEMAND =
      Pattern.compile(
          "(?:(?:please|can you|could you|bitte|kannst du|peux-tu|por favor)[ ,]+)?"
              + "(?:what|who|whom|whose|when|where|which|why|how|tell|explain|describe|list|name|give|find"
              + "|show|define|compare|extract|wer|was|wann|wo|warum|wie|welche[rs]?|nenne|erkläre|beschreibe"
              + "|qui|quoi|quand|où|pourquoi|comment|combien|quel(?:le)?s?|explique|décris|qué|quién|cuándo"
              + "|dónde|cómo|cuál|che|chi|dove|perché|wat|wie|waar|hoe)(?!\\p{L}).*",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);

  private static final Pattern LABELLED =
      Pattern.compile(
          "(?:question|query|q|task|frage|aufgabe|pregunta|domanda|问题|質問)\\s?[:：].*",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);

  private static final Pattern UNSPACED_QUESTION = Pattern.compile("什么|谁|哪|吗|几|多少|ですか|でしょうか|[？]");

  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?:(?:hi|hello|hey)[,!."
              + " ]+)?(?:i|i'm|i’m|my|we|our|remember|note|ich|mein|je|j'|mon|ma|yo|mi|我)(?!\\p{L}).*",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);

  private static final int LONGEST_ASK = 400;
  private static final int MOST_ASKED = 5;
  private static final int MANY = 6;
  private static final int LONG = 600;

  static Request of(String message, boolean summarize) {
    List<Sentence> all = Sentences.of(message);
    if (summarize) {
      boolean asks = all.size() > 1 && isSummary(all.getFirst());
      return new Request(
          Task.SUMMARIZE, texts(all, 0, asks ? 1 : 0), all.subList(asks ? 1 : 0, all.size()));
    }
    int head = run(all, 0, 1);
    int tail = run(all, all.size() - 1, -1);
    if (head > 0 && (tail == 0 || rules(all.getFirst())) && !isLabelled(all.getLast())) {
      return asking(texts(all, 0, head), all.subList(head, all.size()));
    }
    if (tail > 0) {
      int from = all.size() - tail;
      return asking(texts(all, from, all.size()), all.subList(0, from));
    }
    return askingNothing(all, message.length());
  }

  /** Whether {@code text} speaks of summarising. */
  static boolean speaksOfSummary(String text) {
    return SUMMARY.matcher(text).find();
  }

  /** The request in its own words. */
  String words() {
    return String.join(" ", asked);
  }

  private static Request asking(List<String> asked, List<Sentence> body) {
    boolean summary = asked.stream().anyMatch(Request::speaksOfSummary);
    return new Request(summary ? Task.SUMMARIZE : Task.ANSWER, asked, body);
  }

  private static Request askingNothing(List<Sentence> all, int length) {
    if (all.size() >= MANY || length > LONG) {
      List<String> inside = all.size() >= MANY ? List.of() : asks(all);
      return new Request(inside.isEmpty() ? Task.SUMMARIZE : Task.ANSWER, inside, all);
    }
    List<String> inside = asks(all);
    if (!inside.isEmpty()) {
      return new Request(Task.ANSWER, inside, all.stream().filter(s -> !isAsk(s)).toList());
    }
    boolean states = all.size() != 1 || STATEMENT.matcher(all.getFirst().text()).matches();
    return new Request(states ? Task.NOTE : Task.ANSWER, texts(all, 0, all.size()), List.of());
  }

  private static List<String> asks(List<Sentence> all) {
    return all.stream().filter(Request::isAsk).map(Sentence::text).toList();
  }

  /** How many sentences from {@code at} on, in steps of {@code step}, ask without a break. */
  private static int run(List<Sentence> all, int at, int step) {
    int count = 0;
    for (int i = at;
        i >= 0 && i < all.size() && count < MOST_ASKED && isAsk(all.get(i));
        i += step) {
      count++;
    }
    return count;
  }

  /** Whether the first sentence plainly speaks of all that follows it. */
  private static boolean rules(Sentence first) {
    return first.announces() || isSummary(first);
  }

  private static boolean isSummary(Sentence sentence) {
    return sentence.text().length() <= LONGEST_ASK && speaksOfSummary(sentence.text());
  }

  private static boolean isLabelled(Sentence sentence) {
    return LABELLED.matcher(sentence.text()).matches();
  }

  private static boolean isAsk(Sentence sentence) {
    String text = sentence.text();
    boolean prose = sentence.kind() != Sentence.Kind.CODE && text.length() <= LONGEST_ASK;
    return prose
        && (sentence.asks()
            || DEMAND.matcher(text).matches()
            || isLabelled(sentence)
            || (text.length() < 40 && UNSPACED_QUESTION.matcher(text).find())
            || startsSummary(text.toLowerCase(Locale.ROOT)));
  }

  /** "Summarise …" asks for a summary; "The council read the summary" does not. */
  private static boolean startsSummary(String lower) {
    String head = lower.substring(0, Math.min(lower.length(), 40));
    boolean polite =
        head.startsWith("please") || head.startsWith("can you") || head.startsWith("bitte");
    var matcher = SUMMARY.matcher(head);
    return matcher.find() && (polite || matcher.start() < 12 || lower.length() < 60);
  }

  private static List<String> texts(List<Sentence> all, int from, int to) {
    return all.subList(from, to).stream().map(Sentence::text).toList();
  }
}
