package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Filled;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Missing;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Fills one place of a schema: tries its alternatives and types, and keeps what fits best. */
final class Filler {

  private static final int MOST_ROWS = 100;

  private final Facts facts;
  private final Schemas schemas;
  private final Conformance conformance;
  private final Samples samples;
  private final Values values;
  private final Texts texts;
  private final Lists lists;

  private final boolean inRow;
  private final ObjectFiller objects;

  Filler(Schemas schemas, Facts facts, boolean inRow) {
    Readings readings = new Readings(facts);
    this.facts = facts;
    this.inRow = inRow;
    this.schemas = schemas;
    this.conformance = new Conformance(schemas);
    this.samples = new Samples(schemas, conformance);
    this.values = new Values(facts, readings);
    this.texts = new Texts(facts, readings, new Shapes(facts, readings));
    this.lists = new Lists(facts, readings);
    this.objects = new ObjectFiller(this, schemas, facts, samples);
  }

  /** The best way to fill one of the schema's alternatives. */
  Filled any(JsonNode schema, Field field, boolean wanted, int depth) {
    schemas.step(depth);
    BitSet before = facts.mark();
    BitSet after = before;
    Filled best = null;
    for (ObjectNode alternative : schemas.alternatives(schema)) {
      facts.reset(before);
      Filled filled = one(alternative, schema, field, wanted, depth).orElse(null);
      if (filled != null && (best == null || isBetter(filled, best))) {
        best = filled;
        after = facts.mark();
      }
    }
    facts.reset(after);
    return best != null ? best : new Filled(samples.of(schema, depth), missing(field), 0);
  }

  private static boolean isBetter(Filled a, Filled b) {
    int fewer = Integer.compare(b.missing().size(), a.missing().size());
    return fewer > 0 || (fewer == 0 && a.found() > b.found());
  }

  private Optional<Filled> one(
      ObjectNode schema, JsonNode whole, Field field, boolean wanted, int depth) {
    Predicate<JsonNode> ok = value -> conformance.accepts(whole, value);
    for (String type : Types.of(schema)) {
      Optional<Filled> found =
          found(type, schema, field, wanted, depth, ok).filter(f -> ok.test(f.value()));
      if (found.isPresent() && (found.get().found() > 0 || type.equals("object"))) {
        return found;
      }
    }
    return unfound(schema, field, ok);
  }

  private Optional<Filled> unfound(ObjectNode schema, Field field, Predicate<JsonNode> ok) {
    JsonNode only =
        schema.has("const")
            ? schema.get("const")
            : schema.path("enum").size() == 1 ? schema.get("enum").get(0) : schema.path("default");
    if (!only.isMissingNode() && ok.test(only)) {
      return Optional.of(new Filled(only, List.of(), 0));
    }
    if (Types.allowsNull(schema) && ok.test(NullNode.instance)) {
      return Optional.of(new Filled(NullNode.instance, List.of(), 0));
    }
    try {
      return Optional.of(new Filled(samples.of(schema, 0), missing(field), 0))
          .filter(f -> ok.test(f.value()));
    } catch (Unsatisfiable e) {
      return Optional.empty();
    }
  }

  private Optional<Filled> found(
      String type,
      ObjectNode schema,
      Field field,
      boolean wanted,
      int depth,
      Predicate<JsonNode> ok) {
    if (schema.has("const")) {
      return Optional.empty();
    }
    if (schema.has("enum")) {
      return values.choice(field, schema.get("enum")).map(Filler::given);
    }
    return switch (type) {
      case "boolean" -> values.truth(field).map(Filler::given);
      case "integer", "number" -> values.number(field, wanted, ok).map(Filler::given);
      case "string" -> texts.find(field, schema, ok).map(Filler::given);
      case "array" -> array(schema, field, wanted, depth);
      case "object" -> Optional.of(objects.fill(schema, wanted, depth));
      default -> Optional.empty();
    };
  }

  private Optional<Filled> array(ObjectNode schema, Field field, boolean wanted, int depth) {
    JsonNode items = schema.path("items");
    List<ObjectNode> alternatives = schemas.alternatives(items);
    if (alternatives.isEmpty() || schema.path("maxItems").asLong(1) == 0) {
      return Optional.empty();
    }
    Predicate<JsonNode> ok = value -> conformance.accepts(items, value);
    List<JsonNode> found =
        items(alternatives.getFirst(), items, field, wanted, depth, ok).stream()
            .filter(ok)
            .toList();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    ArrayNode list = Values.list(schema, found);
    int given = list.size();
    while (list.size() < schema.path("minItems").asLong(0)) {
      list.add(samples.another(list, items, schema, depth + 1));
    }
    return Optional.of(new Filled(list, list.size() > given ? missing(field) : List.of(), given));
  }

  private List<JsonNode> items(
      ObjectNode item,
      JsonNode whole,
      Field field,
      boolean wanted,
      int depth,
      Predicate<JsonNode> ok) {
    if (item.has("enum")) {
      return values.choices(item.get("enum"));
    }
    return switch (Types.of(item).getFirst()) {
      case "integer", "number" -> values.numbers(field, wanted, ok);
      case "string" -> lists.find(field, item, wanted, ok);
      case "object" -> rows(whole, depth);
      default -> List.of();
    };
  }

  boolean accepts(JsonNode schema, JsonNode value) {
    return conformance.accepts(schema, value);
  }

  /** A string for a field whose name does not help; see {@link Texts#anything}. */
  Optional<JsonNode> anything(Field field, ObjectNode schema, Predicate<JsonNode> ok) {
    return texts.anything(field, schema, ok);
  }

  /** One object for each sentence that gives all it needs. */
  private List<JsonNode> rows(JsonNode item, int depth) {
    List<JsonNode> rows = new ArrayList<>();
    List<Sentence> sentences = inRow ? List.of() : Sentences.of(facts.text());
    for (Sentence sentence : sentences.subList(0, Math.min(MOST_ROWS, sentences.size()))) {
      Facts row = new Facts(sentence.text(), facts.talk(), () -> "");
      Filled filled = new Filler(schemas, row, true).any(item, Field.of("", ""), true, depth + 1);
      if (filled.found() > 0 && filled.missing().isEmpty()) {
        rows.add(filled.value());
      }
    }
    return rows;
  }

  static List<Missing> missing(Field field) {
    return List.of(new Missing(field.name(), field.description()));
  }

  static Filled given(JsonNode value) {
    return new Filled(value, List.of(), 1);
  }
}
