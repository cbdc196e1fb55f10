package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weir.inference.provider.builtin.extract.schema.Readings.Reading;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Kind;
import dev.weir.inference.provider.builtin.extract.schema.Spans.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Finds all the strings of a list: those of a format, those behind its name, those in quotes. */
final class Lists {

  private static final Pattern SEPARATOR =
      Pattern.compile("\\s{0,9}(?:[,;、，&]|\\s(?:and|or|und|et|y)\\s)\\s{0,9}");
  private static final Pattern BRACKET = Pattern.compile("^\\[|\\]$");

  private final Facts facts;
  private final Readings readings;

  Lists(Facts facts, Readings readings) {
    this.facts = facts;
    this.readings = readings;
  }

  /**
   * The items found.
   *
   * @param wanted whether, without a name or quotes, what is left over may be the list
   */
  List<JsonNode> find(Field field, ObjectNode items, boolean wanted, Predicate<JsonNode> ok) {
    String format = items.path("format").asText();
    Optional<Kind> kind = Shapes.kind(field, format);
    if (kind.isPresent()) {
      return shaped(facts.free(kind.get()), format, ok);
    }
    List<Span> quotes = facts.free(Kind.QUOTE);
    Optional<Reading> list = readings.pair(field, true);
    if (list.isEmpty() && wanted && quotes.isEmpty()) {
      list = readings.remainder();
    }
    return list.isPresent() ? parts(list.get(), ok) : shaped(quotes, format, ok);
  }

  private List<JsonNode> shaped(List<Span> spans, String format, Predicate<JsonNode> ok) {
    List<JsonNode> found = new ArrayList<>();
    for (Span span : spans) {
      Optional<JsonNode> value = Shapes.value(span, format).filter(ok);
      if (value.isPresent()) {
        facts.take(span.start(), span.end());
        found.add(value.get());
      }
    }
    return found;
  }

  private List<JsonNode> parts(Reading list, Predicate<JsonNode> ok) {
    facts.take(list.start(), list.end());
    return SEPARATOR
        .splitAsStream(BRACKET.matcher(list.value()).replaceAll(""))
        .map(Readings::clean)
        .filter(part -> !part.isEmpty())
        .map(part -> (JsonNode) TextNode.valueOf(part))
        .filter(ok)
        .toList();
  }
}
