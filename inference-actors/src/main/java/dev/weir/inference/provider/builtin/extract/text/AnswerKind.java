package dev.weir.inference.provider.builtin.extract.text;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What kind of fact a question asks for, told by its question word. */
enum AnswerKind {
  TIME(
      "when|wann|quand|cuándo|cuando|quando|wanneer|(?:what|which) (?:year|day|date|time)",
      "何时|什么时候|哪年|いつ",
      "\\p{Nd}|(?<![\\p{L}\\p{N}])(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?![\\p{L}\\p{N}])"),
  NUMBER(
      "how (?:many|much|long|old|far|big|tall|high|large|fast|heavy)|wie ?viele?|combien"
          + "|cuánt[oa]s?|quant[aeio]|hoeveel",
      "多少|几|何人|いくつ|いくら",
      "\\p{Nd}|(?<![\\p{L}\\p{N}])(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million)(?![\\p{L}\\p{N}])"),
  PERSON(
      "who|whom|whose|wer|wem|qui|quién|chi|quem",
      "谁|誰|だれ",
      "\\p{Lu}\\p{L}*\\.? \\p{Lu}\\p{L}+|(?<![\\p{L}\\p{N}])by \\p{Lu}"),
  PLACE(
      "where|wo|où|dónde|dove|onde|waar",
      "哪里|在哪|どこ",
      "(?<![\\p{L}\\p{N}])(?:in|at|near|on|à|en|bei|au)\\s+(?:the\\s+)?\\p{Lu}|在|に"),
  REASON(
      "why|warum|weshalb|pourquoi|por qué|perché|waarom",
      "为什么|なぜ",
      "(?i)(?<![\\p{L}\\p{N}])(?:because|since|due to|so that|weil|denn|parce"
          + " que|car|porque|omdat)(?![\\p{L}\\p{N}])|因为|から"),
  ANY("(?!)", "(?!)", "(?!)");

  private static final Set<String> QUESTION_WORDS =
      Set.copyOf(
          List.of(
              ("what when where which who whom whose why how is are was were do does did can could"
                   + " wer was wann wo wie warum welche welcher welches wieviel quand qui que quoi"
                   + " ou comment combien pourquoi quel quelle est-ce cuando donde quien como"
                   + " cuanto cuantos cual quando dove chi cosa quanto quanti quale onde quem qual"
                   + " wanneer waar waarom welke hoe hoeveel wat tell please bitte 什么 多少 为什 哪里 何时"
                   + " なぜ いつ どこ ですか すか")
                  .split(" ", -1)));

  private final Pattern asked;
  private final Pattern shape;

  AnswerKind(String asked, String askedUnspaced, String shape) {
    this.asked =
        Pattern.compile(
            "(?<!\\p{L})(?:" + asked + ")(?!\\p{L})|" + askedUnspaced,
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    this.shape = Pattern.compile(shape);
  }

  static AnswerKind of(String question) {
    for (AnswerKind kind : values()) {
      if (kind.asked.matcher(question).find()) {
        return kind;
      }
    }
    return ANY;
  }

  static boolean isQuestionWord(String word) {
    return QUESTION_WORDS.contains(word);
  }

  boolean isIn(String sentence) {
    return shape.matcher(sentence).find();
  }
}
