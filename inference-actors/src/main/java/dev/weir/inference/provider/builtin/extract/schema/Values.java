package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.inference.provider.builtin.extract.schema.Readings.Reading;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import dev.weir.inference.provider.builtin.extract.text.StopWords;
import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds numbers, truths and choices for a field; {@link Texts} finds the strings. */
final class Values {

  private static final Pattern YES =
      Pattern.compile("(?:true|yes|on|enabled?|1|ja|oui|sí)\\b.*", Pattern.CASE_INSENSITIVE);
  private static final Pattern NO =
      Pattern.compile("(?:false|no|not|off|disabled?|0|nein|non)\\b.*", Pattern.CASE_INSENSITIVE);
  private static final Pattern NEGATED =
      Pattern.compile(
          "(?:\\b(?:no|not|without|disable|skip|exclude)|n['’]t)\\s+(?:\\p{L}+\\s+){0,2}$",
          Pattern.CASE_INSENSITIVE);
  private static final Set<String> HELPERS =
      Set.of(
          "is",
          "has",
          "include",
          "includes",
          "enable",
          "enabled",
          "use",
          "with",
          "should",
          "allow",
          "want");
  private static final int NEAR = 30;

  private final Facts facts;
  private final Readings readings;

  Values(Facts facts, Readings readings) {
    this.facts = facts;
    this.readings = readings;
  }

  /** "4 people" for people, "page 3" for page; for a wanted field any number that is left. */
  Optional<JsonNode> number(Field field, boolean wanted, Predicate<JsonNode> ok) {
    Optional<Reading> pair = readings.pair(field, false);
    List<Span> numbers = facts.free(Kind.NUMBER);
    for (Span span : numbers) {
      boolean told = pair.isPresent() && within(span, pair.get());
      if (told || isBeside(span, field)) {
        Optional<JsonNode> value = number(span).filter(ok);
        if (value.isPresent()) {
          facts.take(told ? pair.get().start() : span.start(), span.end());
          return value;
        }
      }
    }
    return wanted ? any(numbers, ok) : Optional.empty();
  }

  private Optional<JsonNode> any(List<Span> numbers, Predicate<JsonNode> ok) {
    for (Span span : numbers) {
      Optional<JsonNode> value = number(span).filter(ok);
      if (value.isPresent()) {
        facts.take(span.start(), span.end());
        return value;
      }
    }
    return Optional.empty();
  }

  /** The numbers behind the field's name; for a wanted field all that are left. */
  List<JsonNode> numbers(Field field, boolean wanted, Predicate<JsonNode> ok) {
    Optional<Reading> pair = readings.pair(field, true);
    List<JsonNode> all = new ArrayList<>();
    for (Span span : facts.free(Kind.NUMBER)) {
      boolean told =
          pair.map(p -> span.start() >= p.start() && span.end() <= p.end()).orElse(wanted);
      Optional.of(span)
          .filter(s -> told)
          .flatMap(Values::number)
          .filter(ok)
          .ifPresent(
              value -> {
                facts.take(span.start(), span.end());
                all.add(value);
              });
    }
    return all;
  }

  private static Optional<JsonNode> number(Span span) {
    return Quantity.of(span.text()).map(Json::number);
  }

  private static boolean within(Span span, Reading pair) {
    return span.start() >= pair.start()
        && span.end() <= pair.end()
        && pair.value().startsWith(span.text());
  }

  /** Whether one of the two words before or behind the number is of the field's name. */
  private boolean isBeside(Span span, Field field) {
    String text = facts.text();
    Set<String> wanted = field.terms();
    List<String> before =
        Words.terms(text.substring(Math.max(0, span.start() - NEAR), span.start()));
    List<String> after =
        Words.terms(text.substring(span.end(), Math.min(text.length(), span.end() + NEAR)));
    boolean money = span.start() > 0 && "$€£¥".indexOf(text.charAt(span.start() - 1)) >= 0;
    return (money && wanted.contains("dollar"))
        || after.stream().limit(2).anyMatch(wanted::contains)
        || before.stream().skip(Math.max(0, before.size() - 2)).anyMatch(wanted::contains);
  }

  /** "notify: yes", "with breakfast", "without breakfast". */
  Optional<JsonNode> truth(Field field) {
    Optional<Reading> pair = readings.pair(field, false);
    if (pair.isPresent()) {
      boolean yes = YES.matcher(pair.get().value()).matches();
      if (yes || NO.matcher(pair.get().value()).matches()) {
        facts.take(pair.get().start(), pair.get().end());
        return Optional.of(BooleanNode.valueOf(yes));
      }
    }
    List<String> words = field.words().stream().filter(word -> !HELPERS.contains(word)).toList();
    if (words.isEmpty()) {
      return Optional.empty();
    }
    Matcher mention = word(String.join(" ", words)).matcher(facts.text());
    if (!mention.find()) {
      return Optional.empty();
    }
    String before = facts.text().substring(Math.max(0, mention.start() - NEAR), mention.start());
    return Optional.of(BooleanNode.valueOf(!NEGATED.matcher(before).find()));
  }

  /** The first of {@code allowed} that the text names. */
  Optional<JsonNode> choice(Field field, Iterable<JsonNode> allowed) {
    Optional<Reading> pair = readings.pair(field, false);
    if (pair.isPresent()) {
      for (JsonNode value : allowed) {
        if (word(value.asText()).matcher(pair.get().value()).lookingAt()) {
          facts.take(pair.get().start(), pair.get().end());
          return Optional.of(value);
        }
      }
    }
    List<JsonNode> named = choices(allowed);
    return named.isEmpty() ? Optional.empty() : Optional.of(named.getFirst());
  }

  /** Those of {@code allowed} that the text names, in the order it names them. */
  List<JsonNode> choices(Iterable<JsonNode> allowed) {
    record Named(int at, JsonNode value) {}
    List<Named> named = new ArrayList<>();
    for (JsonNode value : allowed) {
      String text = value.asText();
      boolean telling = text.length() > 1 && !StopWords.isEnglish(text.toLowerCase(Locale.ROOT));
      if (value.isValueNode() && !value.isNull() && (telling || value.isNumber())) {
        Matcher matcher = word(text).matcher(facts.text());
        if (matcher.find() && facts.isFree(matcher.start(), matcher.end())) {
          named.add(new Named(matcher.start(), value));
        }
      }
    }
    named.sort(Comparator.comparingInt(Named::at));
    return named.stream().map(Named::value).toList();
  }

  /** Whole words, with any separator where {@code text} has one, plural or not. */
  private static Pattern word(String text) {
    String words =
        String.join("[\\s_-]{0,2}", Field.words(text).stream().map(Pattern::quote).toList());
    String shape = words.isEmpty() ? Pattern.quote(text) : words;
    return Pattern.compile(
        "(?<![\\p{L}\\p{N}])" + shape + "(?:e?s)?(?![\\p{L}\\p{N}])",
        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  /** A list without repetitions, of at most so many items as {@code schema} allows. */
  static ArrayNode list(ObjectNode schema, List<? extends JsonNode> items) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    long most = schema.path("maxItems").asLong(Integer.MAX_VALUE);
    items.stream().distinct().limit(most).forEach(list::add);
    return list;
  }
}
