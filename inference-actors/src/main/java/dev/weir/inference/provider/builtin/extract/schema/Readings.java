package dev.weir.inference.provider.builtin.extract.schema;

import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import dev.weir.inference.provider.builtin.extract.text.StopWords;
import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads stretches of words: behind "name:", behind a preposition, and what is left over. */
final class Readings {

  /** A value and where it stands; {@code start} includes the word that led to it. */
  record Reading(int start, int end, String value) {}

  private static final Pattern NEXT_KEY =
      Pattern.compile(
          "[,;.]?\\s{1,3}(?:and\\s)?[\\p{L}_][\\p{L}\\p{N}_-]{0,30}(?:\\s[\\p{L}_]{1,20})?\\s?[:=](?!//)");
  private static final Pattern WORD =
      Pattern.compile(
          "[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}_+]|['’.&/-](?=[\\p{L}\\p{N}]))*+");
  private static final Set<String> ENDS =
      Set.copyOf(
          List.of(
              ("in on at for to from with by and or but is are was were please today tomorrow"
                   + " tonight now that which who saying says using then so because as into about"
                   + " if when while until und oder mit für von nach et ou avec pour y o con para")
                  .split(" ", -1)));
  private static final Set<String> ARTICLES =
      Set.of("a", "an", "the", "my", "our", "der", "die", "das", "le", "la", "el", "los");
  private static final Set<String> PARTICLES =
      Set.of("of", "de", "la", "le", "du", "del", "von", "van", "der", "the", "upon", "am", "&");
  private static final Set<String> CHAT =
      Set.copyOf(
          List.of(
              ("please today tomorrow tonight now like want need would could can hi hello hey"
                      + " thanks look show tell give get find me currently right")
                  .split(" ", -1)));

  private static final Pattern TITLE = Pattern.compile("\\b(?:St|Mt|Dr|Mr|Mrs|Ms|Prof)$");

  private static final int LOWER_CASE_WORDS = 4;

  private final Facts facts;

  Readings(Facts facts) {
    this.facts = facts;
  }

  /** "limit: 10", "limit = 10", "the limit is 10"; a list goes on behind commas. */
  Optional<Reading> pair(Field field, boolean list) {
    if (field.words().isEmpty()) {
      return Optional.empty();
    }
    String name = String.join("[\\s_-]{0,2}", field.words().stream().map(Pattern::quote).toList());
    Matcher matcher =
        Pattern.compile(
                "(?<![\\p{L}\\p{N}])"
                    + name
                    + "(?:e?s)?[\"'`*]{0,3}\\s{0,3}"
                    + "(?:([:=])|(?<=\\s)(?:is|are|was|to|as|called|named|ist|est|es)(?!\\p{L}))\\s{0,3}",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
            .matcher(facts.text());
    while (matcher.find()) {
      boolean mark = matcher.group(1) != null;
      Optional<Reading> value =
          mark || list ? line(matcher.end(), list && !mark) : phrase(matcher.end());
      if (value.isPresent() && facts.isFree(matcher.start(), value.get().end())) {
        return value.map(v -> new Reading(matcher.start(), v.end(), v.value()));
      }
    }
    return Optional.empty();
  }

  /** The first phrase behind one of the words {@code leads}, in their order. */
  Optional<Reading> behind(List<String> leads) {
    for (String lead : leads) {
      Matcher matcher =
          Pattern.compile(
                  "(?<![\\p{L}\\p{N}])" + Pattern.quote(lead) + "(?![\\p{L}\\p{N}])[:,]?\\s{1,3}",
                  Pattern.CASE_INSENSITIVE)
              .matcher(facts.text());
      while (matcher.find()) {
        Optional<Reading> value = phrase(matcher.end());
        if (value.isPresent() && facts.isFree(value.get().start(), value.get().end())) {
          return value.map(v -> new Reading(matcher.start(), v.end(), v.value()));
        }
      }
    }
    return Optional.empty();
  }

  /** All that is left of the sentence behind one of {@code leads}: a message, a note. */
  Optional<Reading> rest(List<String> leads) {
    for (String lead : leads) {
      Matcher matcher =
          Pattern.compile(
                  "(?<![\\p{L}\\p{N}])" + Pattern.quote(lead) + "(?![\\p{L}\\p{N}])[:,]?\\s{1,3}",
                  Pattern.CASE_INSENSITIVE)
              .matcher(facts.text());
      if (matcher.find()) {
        Optional<Reading> value = line(matcher.end(), false);
        if (value.isPresent() && facts.isFree(matcher.start(), value.get().end())) {
          return value.map(v -> new Reading(matcher.start(), v.end(), v.value()));
        }
      }
    }
    return Optional.empty();
  }

  /** The longest stretch nobody took, without the words that only speak to the tool. */
  Optional<Reading> remainder() {
    Reading best = new Reading(0, 0, "");
    int start = 0;
    String text = facts.text();
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && facts.isFree(end, end + 1)) {
        end++;
      }
      Reading trimmed = trim(start, end);
      best = trimmed.value().length() > best.value().length() ? trimmed : best;
      start = end + 1;
    }
    return best.value().isEmpty() ? Optional.empty() : Optional.of(best);
  }

  private Reading trim(int from, int to) {
    int start = -1;
    int end = -1;
    Matcher words = WORD.matcher(facts.text()).region(from, to);
    while (words.find()) {
      if (!isTalk(words.group())) {
        start = start < 0 ? words.start() : start;
        end = words.end();
      }
    }
    return start < 0
        ? new Reading(from, from, "")
        : new Reading(start, end, clean(facts.text().substring(start, end)));
  }

  private boolean isTalk(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return StopWords.isEnglish(lower)
        || CHAT.contains(lower)
        || facts.talk().containsAll(Words.terms(lower));
  }

  private Optional<Reading> line(int from, boolean toStop) {
    Optional<Reading> quoted = quoteAt(from);
    if (quoted.isPresent()) {
      return quoted;
    }
    String text = facts.text();
    int end = text.indexOf('\n', from);
    end = end < 0 ? text.length() : end;
    Matcher next = NEXT_KEY.matcher(text).region(from, end);
    end = next.find() ? next.start() : end;
    int semicolon = text.indexOf(';', from);
    end = semicolon >= 0 && semicolon < end ? semicolon : end;
    int stop = toStop ? text.indexOf(". ", from) : -1;
    end = stop >= 0 && stop < end ? stop : end;
    return reading(from, end);
  }

  private Optional<Reading> quoteAt(int from) {
    return facts.freeAt(from).filter(span -> span.kind() == Kind.QUOTE).map(Readings::whole);
  }

  private Optional<Reading> phrase(int from) {
    return facts.freeAt(from).map(Readings::whole).or(() -> words(from));
  }

  private static Reading whole(Span span) {
    return new Reading(span.start(), span.end(), span.text());
  }

  /** Capitalised words and what joins them; or up to a few words in lower case. */
  private Optional<Reading> words(int from) {
    String text = facts.text();
    Matcher words = WORD.matcher(text).region(from, Math.min(text.length(), from + 200));
    int start = -1;
    int end = -1;
    int count = 0;
    boolean names = false;
    while (words.find()
        && (start < 0 || joins(text, end, words.start(), names && isName(words.group())))) {
      String word = words.group();
      String lower = word.toLowerCase(Locale.ROOT);
      if (start < 0 && ARTICLES.contains(lower)) {
        end = words.end();
        continue;
      }
      if (start < 0) {
        names = isName(word);
      }
      boolean ends = ENDS.contains(lower) || count >= (names ? 8 : LOWER_CASE_WORDS);
      boolean breaks =
          names && !isName(word) && !(PARTICLES.contains(lower) && nameFollows(text, words.end()));
      if (ends || breaks) {
        break;
      }
      start = start < 0 ? words.start() : start;
      end = words.end();
      count++;
    }
    return start < 0 ? Optional.empty() : reading(start, end);
  }

  private static boolean joins(String text, int end, int start, boolean names) {
    String gap = text.substring(Math.max(0, end), start);
    boolean spaces = gap.isBlank() && gap.indexOf('\n') < 0;
    return spaces || (names && (gap.equals(", ") || (gap.equals(". ") && isTitle(text, end))));
  }

  private static boolean isTitle(String text, int end) {
    return TITLE.matcher(text).region(Math.max(0, end - 6), end).find();
  }

  private static boolean isName(String word) {
    return Character.isUpperCase(word.codePointAt(0)) || Character.isDigit(word.codePointAt(0));
  }

  private static boolean nameFollows(String text, int at) {
    return at + 1 < text.length()
        && text.charAt(at) == ' '
        && Character.isUpperCase(text.charAt(at + 1));
  }

  private Optional<Reading> reading(int start, int end) {
    String value = clean(facts.text().substring(start, end));
    return value.isEmpty() ? Optional.empty() : Optional.of(new Reading(start, end, value));
  }

  /** Without white space, the marks that end a clause, and a pair of quotes around all. */
  static String clean(String raw) {
    String value = raw.strip();
    int end = value.length();
    while (end > 0 && ".,;!?".indexOf(value.charAt(end - 1)) >= 0) {
      end--;
    }
    value = value.substring(0, end).strip();
    boolean quoted = value.length() > 1 && "\"'`".indexOf(value.charAt(0)) >= 0;
    return quoted && value.charAt(0) == value.charAt(value.length() - 1)
        ? value.substring(1, value.length() - 1).strip()
        : value;
  }
}
