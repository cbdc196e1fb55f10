package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weir.inference.provider.builtin.extract.schema.Readings.Reading;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import dev.weir.inference.provider.builtin.extract.text.StopWords;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds strings for a field: by format, by "name: value", by pattern, by the preposition that suits
 * the field's name, by quotes, by capital letters.
 */
final class Texts {

  private static final Set<String> PROSE =
      Set.of(
          "summary",
          "answer",
          "reply",
          "response",
          "result",
          "abstract",
          "zusammenfassung",
          "antwort");
  private static final Set<String> NAMES =
      Set.of(
          "name", "person", "customer", "author", "company", "user", "contact", "attendee", "who");
  private static final Set<String> BODIES =
      Set.of("message", "body", "text", "content", "note", "reminder", "task");

  /** Which prepositions lead to the value, by a word of the field's name. */
  private record Lead(Set<String> fields, List<String> words) {}

  private static final List<Lead> LEADS =
      List.of(
          new Lead(
              Set.of("from", "origin", "source", "sender", "departure"),
              List.of("from", "von", "de")),
          new Lead(
              Set.of("to", "recipient", "destination", "target", "dest", "receiver", "arrival"),
              List.of("to", "into", "nach", "for", "with")),
          new Lead(
              Set.of(
                  "location",
                  "city",
                  "place",
                  "country",
                  "town",
                  "region",
                  "address",
                  "where",
                  "area"),
              List.of("in", "at", "near", "for", "to", "of", "from", "à", "en")),
          new Lead(
              NAMES,
              List.of(
                  "name is", "named", "called", "i am", "i'm", "for", "with", "by", "to", "of")),
          new Lead(Set.of("title"), List.of("titled", "called", "named", "about")),
          new Lead(Set.of("subject", "topic"), List.of("about", "on", "regarding", "of")),
          new Lead(Set.of("language", "lang", "locale"), List.of("to", "into", "in")));

  private static final List<String> ANY_LEAD =
      List.of(
          "for", "of", "about", "in", "called", "named", "titled", "to", "at", "on", "from", "with",
          "by");

  private static final Set<String> TITLES =
      Set.of("title", "headline", "heading", "subject", "topic");
  private static final Set<String> QUERIES =
      Set.of(
          "query",
          "q",
          "search",
          "keyword",
          "keywords",
          "question",
          "prompt",
          "input",
          "expression",
          "term",
          "text");
  private static final int SHORT = 400;

  private static final Pattern ACTS =
      Pattern.compile(
          " (?:is|was|has|had|lives|lived|works|worked|wants|said|and|ist|hat|wohnt|a|est|es|vive)\\b|,");
  private static final Pattern NAME =
      Pattern.compile("\\p{Lu}[\\p{L}'’-]+(?: (?:de |von |van |der )?\\p{Lu}[\\p{L}'’-]+){0,3}");

  private final Facts facts;
  private final Readings readings;
  private final Shapes shapes;

  Texts(Facts facts, Readings readings, Shapes shapes) {
    this.facts = facts;
    this.readings = readings;
    this.shapes = shapes;
  }

  Optional<JsonNode> find(Field field, ObjectNode schema, Predicate<JsonNode> ok) {
    Optional<JsonNode> shaped = shapes.find(field, schema.path("format").asText(), ok);
    if (shaped.isPresent() || Formats.isKnown(schema.path("format").asText())) {
      return shaped;
    }
    return take(readings.pair(field, false), ok)
        .or(() -> schema.has("pattern") ? byPattern(ok) : byName(field, ok));
  }

  /** For a field that must be filled and has no name that helps: any phrase, else the rest. */
  Optional<JsonNode> anything(Field field, ObjectNode schema, Predicate<JsonNode> ok) {
    if (facts.text().length() > SHORT) {
      return opening(field, ok);
    }
    boolean query = field.is(QUERIES);
    Optional<JsonNode> phrase =
        query || schema.has("format") || schema.has("pattern")
            ? Optional.empty()
            : take(readings.behind(ANY_LEAD), ok);
    return phrase.or(
        () -> schema.has("format") ? Optional.empty() : take(readings.remainder(), ok));
  }

  private Optional<JsonNode> byPattern(Predicate<JsonNode> ok) {
    Matcher words = Pattern.compile("\\S{1,200}").matcher(facts.text());
    while (words.find()) {
      String word = Readings.clean(words.group());
      if (!word.isEmpty()
          && !StopWords.isEnglish(word.toLowerCase(Locale.ROOT))
          && facts.isFree(words.start(), words.end())
          && ok.test(TextNode.valueOf(word))
          && word.chars().anyMatch(c -> !Character.isLowerCase(c))) {
        facts.take(words.start(), words.end());
        return Optional.of(TextNode.valueOf(word));
      }
    }
    return Optional.empty();
  }

  private Optional<JsonNode> byName(Field field, Predicate<JsonNode> ok) {
    if (field.is(PROSE) && !facts.prose().isBlank()) {
      return Optional.of(TextNode.valueOf(facts.prose())).map(JsonNode.class::cast).filter(ok);
    }
    if (field.is(BODIES)) {
      return take(
              readings.rest(
                  List.of(
                      "saying", "that says", "says", "reading", "to remind me to", "remind me to")),
              ok)
          .or(() -> quote(ok));
    }
    for (Lead lead : LEADS) {
      if (field.is(lead.fields())) {
        Optional<JsonNode> value = take(readings.behind(lead.words()), ok);
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return quote(ok).or(() -> field.is(NAMES) ? name(ok) : Optional.empty());
  }

  private Optional<JsonNode> quote(Predicate<JsonNode> ok) {
    return facts.free(Kind.QUOTE).stream()
        .findFirst()
        .flatMap(span -> take(Optional.of(new Reading(span.start(), span.end(), span.text())), ok));
  }

  /** The first capitalised words; one that opens a sentence only if a verb of a person follows. */
  private Optional<JsonNode> name(Predicate<JsonNode> ok) {
    Matcher names = NAME.matcher(facts.text());
    while (names.find()) {
      String first = names.group().split(" ", 2)[0].toLowerCase(Locale.ROOT);
      boolean opens = names.start() == 0 && names.group().indexOf(' ') < 0;
      boolean acts =
          ACTS.matcher(facts.text()).region(names.end(), facts.text().length()).lookingAt();
      if ((!opens || acts)
          && !StopWords.isEnglish(first)
          && facts.isFree(names.start(), names.end())) {
        Reading reading = new Reading(names.start(), names.end(), names.group());
        Optional<JsonNode> value = take(Optional.of(reading), ok);
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return Optional.empty();
  }

  /** In a long text the first sentence can serve as a title; other fields stay empty. */
  private Optional<JsonNode> opening(Field field, Predicate<JsonNode> ok) {
    return Sentences.of(facts.text()).stream()
        .filter(sentence -> field.is(TITLES))
        .map(sentence -> (JsonNode) TextNode.valueOf(sentence.text()))
        .filter(ok)
        .findFirst();
  }

  private Optional<JsonNode> take(Optional<Reading> reading, Predicate<JsonNode> ok) {
    Optional<JsonNode> value = reading.map(r -> (JsonNode) TextNode.valueOf(r.value())).filter(ok);
    value.ifPresent(v -> facts.take(reading.orElseThrow().start(), reading.orElseThrow().end()));
    return value;
  }
}
