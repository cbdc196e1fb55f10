package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Fills a schema with values found in a text. What is returned conforms to the schema, always: a
 * required value that is not in the text gets its default, null where that is allowed, or a plain
 * sample, and is reported as missing in the last case.
 */
public final class Arguments {

  /** A required value the text does not give. */
  public record Missing(String name, String description) {}

  /**
   * A filled schema.
   *
   * @param value conforms to the schema
   * @param missing what was made up in it
   * @param found how many values come from the text
   */
  public record Filled(JsonNode value, List<Missing> missing, int found) {
    public Filled {
      missing = List.copyOf(missing);
    }
  }

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEEPEST_OPTIONAL = 5;
  private static final int MOST_ROWS = 100;
  private static final int RANK_OBJECT = 3;
  private static final int RANK_TEXT = 5;

  private final Facts facts;
  private final Schemas schemas;
  private final Conformance conformance;
  private final Samples samples;
  private final Values values;
  private final Texts texts;

  private final boolean inRow;

  private Arguments(Schemas schemas, Facts facts, boolean inRow) {
    Readings readings = new Readings(facts);
    this.facts = facts;
    this.inRow = inRow;
    this.schemas = schemas;
    this.conformance = new Conformance(schemas);
    this.samples = new Samples(schemas, conformance);
    this.values = new Values(facts, readings);
    this.texts = new Texts(facts, readings);
  }

  /** The filled schema; empty if no value is known that it accepts. */
  public static Optional<Filled> fill(JsonNode schema, Facts facts) {
    try {
      Filled filled =
          new Arguments(new Schemas(schema), facts, false).any(schema, Field.of("", ""), true, 0);
      return Optional.of(filled).filter(f -> accepts(schema, f.value())).or(() -> plain(schema));
    } catch (Unsatisfiable | ArithmeticException e) {
      return plain(schema);
    }
  }

  private static Optional<Filled> plain(JsonNode schema) {
    try {
      Schemas schemas = new Schemas(schema);
      JsonNode value = new Samples(schemas, new Conformance(schemas)).of(schema, 0);
      return Optional.of(new Filled(value, List.of(new Missing("arguments", "")), 0));
    } catch (Unsatisfiable | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static boolean accepts(JsonNode schema, JsonNode value) {
    return new Conformance(new Schemas(schema)).accepts(schema, value);
  }

  /** The best way to fill one of the schema's alternatives. */
  private Filled any(JsonNode schema, Field field, boolean wanted, int depth) {
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
      return values.choice(field, schema.get("enum")).map(Arguments::one);
    }
    return switch (type) {
      case "boolean" -> values.truth(field).map(Arguments::one);
      case "integer", "number" -> values.number(field, wanted, ok).map(Arguments::one);
      case "string" -> texts.find(field, schema, ok).map(Arguments::one);
      case "array" -> array(schema, field, wanted, depth);
      case "object" -> Optional.of(object(schema, wanted, depth));
      default -> Optional.empty();
    };
  }

  private Filled object(ObjectNode schema, boolean wanted, int depth) {
    Set<String> required = Merge.names(schema.path("required"));
    Map<String, Filled> fields = new HashMap<>();
    List<Map.Entry<String, JsonNode>> properties =
        new ArrayList<>(schema.path("properties").properties());
    properties.sort(Comparator.comparingInt(property -> rank(property.getValue())));
    for (Map.Entry<String, JsonNode> property : properties) {
      property(
              property.getKey(),
              property.getValue(),
              required.contains(property.getKey()),
              wanted,
              depth)
          .ifPresent(filled -> fields.put(property.getKey(), filled));
    }
    if (wanted) {
      insist(properties, required, fields, depth);
    }
    return assemble(schema, required, fields, depth);
  }

  private Optional<Filled> property(
      String name, JsonNode schema, boolean required, boolean wanted, int depth) {
    if (!required && depth > DEEPEST_OPTIONAL) {
      return Optional.empty();
    }
    boolean nested = rank(schema) == RANK_OBJECT;
    BitSet before = facts.mark();
    try {
      Filled filled = any(schema, field(name, schema), wanted && required && nested, depth + 1);
      if (required || (filled.found() > 0 && filled.missing().isEmpty())) {
        return Optional.of(filled);
      }
    } catch (Unsatisfiable e) {
      if (required) {
        throw e;
      }
    }
    facts.reset(before);
    return Optional.empty();
  }

  /** Second round for what is required: any number will do, and the last text gets the rest. */
  private void insist(
      List<Map.Entry<String, JsonNode>> properties,
      Set<String> required,
      Map<String, Filled> fields,
      int depth) {
    List<Map.Entry<String, JsonNode>> open = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : properties) {
      Filled filled = fields.get(property.getKey());
      boolean lacks = filled != null && filled.found() == 0 && !filled.missing().isEmpty();
      if (lacks && rank(property.getValue()) != RANK_OBJECT) {
        Filled again =
            any(
                property.getValue(),
                field(property.getKey(), property.getValue()),
                true,
                depth + 1);
        fields.put(property.getKey(), again);
        lacks = again.found() == 0;
      }
      boolean noneRequired = required.isEmpty() && filled == null && properties.size() == 1;
      if ((lacks || noneRequired) && rank(property.getValue()) == RANK_TEXT) {
        open.add(property);
      }
    }
    if (open.size() == 1) {
      String name = open.getFirst().getKey();
      JsonNode schema = open.getFirst().getValue();
      schemas.alternatives(schema).stream()
          .filter(alternative -> Types.of(alternative).contains("string"))
          .findFirst()
          .flatMap(
              a ->
                  texts.anything(
                      field(name, schema), a, value -> conformance.accepts(schema, value)))
          .ifPresent(value -> fields.put(name, one(value)));
    }
  }

  private Filled assemble(
      ObjectNode schema, Set<String> required, Map<String, Filled> fields, int depth) {
    ObjectNode object = NODES.objectNode();
    List<Missing> missing = new ArrayList<>();
    int found = 0;
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      Filled filled = fields.get(property.getKey());
      if (filled != null) {
        object.set(property.getKey(), filled.value());
        found += filled.found();
        filled.missing().forEach(m -> missing.add(within(property.getKey(), m)));
      }
    }
    for (String name : required) {
      if (!object.has(name)) {
        object.set(name, samples.of(schema.path("additionalProperties"), depth + 1));
        missing.add(new Missing(name, ""));
      }
    }
    samples.complete(object, schema, 0, depth);
    return new Filled(object, missing, found);
  }

  private static Missing within(String name, Missing missing) {
    return missing.name().equals(name)
        ? missing
        : new Missing(name + "." + missing.name(), missing.description());
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
      case "string" -> texts.all(field, item, wanted, ok);
      case "object" -> rows(whole, depth);
      default -> List.of();
    };
  }

  /** One object for each sentence that gives all it needs. */
  private List<JsonNode> rows(JsonNode item, int depth) {
    List<JsonNode> rows = new ArrayList<>();
    List<Sentence> sentences = inRow ? List.of() : Sentences.of(facts.text());
    for (Sentence sentence : sentences.subList(0, Math.min(MOST_ROWS, sentences.size()))) {
      Facts row = new Facts(sentence.text(), facts.talk(), () -> "");
      Filled filled =
          new Arguments(schemas, row, true).any(item, Field.of("", ""), true, depth + 1);
      if (filled.found() > 0 && filled.missing().isEmpty()) {
        rows.add(filled.value());
      }
    }
    return rows;
  }

  /** What is easiest to tell apart goes first, so that it is not mistaken for something else. */
  private int rank(JsonNode schema) {
    List<ObjectNode> alternatives = schemas.alternatives(schema);
    if (alternatives.isEmpty()) {
      return RANK_TEXT;
    }
    ObjectNode first = alternatives.getFirst();
    if (first.has("enum") || first.has("const") || first.has("format")) {
      return 0;
    }
    return switch (Types.of(first).getFirst()) {
      case "boolean" -> 1;
      case "integer", "number" -> 2;
      case "object" -> RANK_OBJECT;
      case "array" -> 4;
      default -> first.has("pattern") ? 1 : RANK_TEXT;
    };
  }

  private static Field field(String name, JsonNode schema) {
    return Field.of(name, schema.path("description").asText());
  }

  private static List<Missing> missing(Field field) {
    return List.of(new Missing(field.name(), field.description()));
  }

  private static Filled one(JsonNode value) {
    return new Filled(value, List.of(), 1);
  }
}
