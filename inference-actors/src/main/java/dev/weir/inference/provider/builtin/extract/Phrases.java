package dev.weir.inference.provider.builtin.extract;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The few sentences that are the engine's own, and the small talk it says them to. */
final class Phrases {

  static final String HELLO =
      "Hello! I answer from the text you give me: paste some text and ask about it, or ask for a"
          + " summary.";
  static final String ABOUT =
      "I am extract, Weir's built-in model: I work without weights, on the text you give me. I find"
          + " the sentences that answer a question, summarise long texts, remember what was said in"
          + " this conversation, and fill in calls of the tools I am offered.";
  static final String NO_TEXT =
      "I answer only from the text you give me, and so far there is none about this. Paste a text"
          + " and ask about it, or ask for a summary of it.";
  static final String NOT_FOUND =
      "I found nothing about that in the text you gave me. I answer only from that text; try other"
          + " words, or give me more of it.";
  static final String NOTHING_TO_SUMMARIZE =
      "There is no text to summarise yet. Paste one, and I will pick out what matters in it.";
  static final String NOTED = "Noted. Ask me about it whenever you like.";
  static final String WELCOME = "You are welcome.";
  static final String GOODBYE = "Goodbye!";

  private static final Set<String> OWN =
      Set.of(HELLO, ABOUT, NO_TEXT, NOT_FOUND, NOTHING_TO_SUMMARIZE, NOTED, WELCOME, GOODBYE);

  private static final Pattern GREETING =
      Pattern.compile(
          "(?:hi|hello|hey|hiya|yo|howdy|greetings|good"
              + " (?:morning|afternoon|evening|day)|hallo|hej|moin|guten"
              + " (?:tag|morgen|abend)|servus|bonjour|salut|bonsoir|hola|buenos días|buenas|ciao"
              + "|buongiorno|olá|привет|здравствуйте|你好|您好|こんにちは|안녕하세요|ping|test)(?:"
              + " (?:there|all|weir|extract|everyone|du|zusammen))?");
  private static final Pattern THANKS =
      Pattern.compile(
          "(?:thanks?|thank you|thx|cheers|danke|vielen"
              + " dank|merci|gracias|grazie|obrigad[oa]|bedankt|谢谢|ありがとう|great|ok|okay|cool|nice)(?:"
              + " (?:a lot|so much|very much|you|schön|beaucoup))?");
  private static final Pattern BYE =
      Pattern.compile("(?:good)?bye|see you|tschüss|au revoir|adiós|ciao ciao|再见|さようなら");
  private static final Pattern WHO =
      Pattern.compile(
          "(?:hi |hello |hey )?(?:who|what) are you|what(?: can|'s| do| is| are)? you(?:r name|"
              + " do)?(?: can)?(?: do)?|what can (?:you|i) (?:do|ask)(?: for me| you)?|what is your"
              + " name|(?:can you |could you |please )?help(?: me)?|how are you|how does this"
              + " work|what (?:is|does) (?:this|it)(?: do)?|wer bist du|was kannst du|qui"
              + " es-tu|quién eres|你是谁");

  private Phrases() {}

  /** The reply to {@code message} if it is no more than small talk. */
  static Optional<String> smallTalk(String message) {
    if (message.length() > 80) {
      return Optional.empty();
    }
    String said =
        message
            .toLowerCase(Locale.ROOT)
            .replace('’', '\'')
            .replaceAll("[^\\p{L}\\p{M}\\p{N}' -]", " ")
            .replaceAll("\\s+", " ")
            .strip();
    if (said.isEmpty() || GREETING.matcher(said).matches()) {
      return Optional.of(HELLO);
    }
    if (WHO.matcher(said).matches()) {
      return Optional.of(ABOUT);
    }
    if (BYE.matcher(said).matches()) {
      return Optional.of(GOODBYE);
    }
    return THANKS.matcher(said).matches() ? Optional.of(WELCOME) : Optional.empty();
  }

  /** Whether the engine says {@code text} of its own, so that it is no source for an answer. */
  static boolean isOwn(String text) {
    return OWN.contains(text) || text.startsWith(ToolUse.ASKING);
  }
}
