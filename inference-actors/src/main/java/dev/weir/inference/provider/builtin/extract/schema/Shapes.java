package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weir.inference.provider.builtin.extract.schema.Readings.Reading;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** Finds strings that have a shape of their own, for a format or a name such as "deadline". */
final class Shapes {

  private final Facts facts;
  private final Readings readings;

  Shapes(Facts facts, Readings readings) {
    this.facts = facts;
    this.readings = readings;
  }

  /** The first one that is free; one behind the field's name goes first. */
  Optional<JsonNode> find(Field field, String format, Predicate<JsonNode> ok) {
    Optional<Kind> kind = kind(field, format);
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    Optional<Reading> pair = readings.pair(field, false);
    List<Span> spans = new ArrayList<>(facts.free(kind.get()));
    pair.ifPresent(
        p -> spans.sort(Comparator.comparing(s -> s.start() < p.start() || s.start() > p.end())));
    for (Span span : spans) {
      Optional<JsonNode> value = value(span, format).filter(ok);
      if (value.isPresent()) {
        facts.take(span.start(), span.end());
        return value;
      }
    }
    return Optional.empty();
  }

  static Optional<Kind> kind(Field field, String format) {
    return switch (format) {
      case "email", "idn-email" -> Optional.of(Kind.EMAIL);
      case "uri", "url", "iri" -> Optional.of(Kind.URL);
      case "uuid" -> Optional.of(Kind.UUID);
      case "date" -> Optional.of(Kind.DATE);
      case "date-time" -> Optional.of(Kind.DATE_TIME);
      case "time" -> Optional.of(Kind.TIME);
      default -> byNameOf(field);
    };
  }

  private static Optional<Kind> byNameOf(Field field) {
    if (field.is(Set.of("email", "mail", "emails"))) {
      return Optional.of(Kind.EMAIL);
    }
    if (field.is(Set.of("url", "link", "website", "uri"))) {
      return Optional.of(Kind.URL);
    }
    if (field.is(Set.of("date", "day", "birthday", "deadline"))) {
      return Optional.of(Kind.DATE);
    }
    return field.is(Set.of("time")) ? Optional.of(Kind.TIME) : Optional.empty();
  }

  static Optional<JsonNode> value(Span span, String format) {
    Function<String, JsonNode> text = TextNode::valueOf;
    return switch (span.kind()) {
      case DATE -> Dates.date(span.text()).map(Object::toString).map(text);
      case TIME ->
          Dates.time(span.text())
              .map(
                  time ->
                      format.equals("time")
                          ? "%02d:%02d:%02dZ"
                              .formatted(time.getHour(), time.getMinute(), time.getSecond())
                          : time.toString())
              .map(text);
      case DATE_TIME -> Optional.of(text.apply(Dates.dateTime(span.text())));
      case EMAIL, URL, UUID, QUOTE, NUMBER -> Optional.of(text.apply(span.text()));
    };
  }
}
