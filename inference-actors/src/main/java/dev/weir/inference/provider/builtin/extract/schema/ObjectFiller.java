package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Filled;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Missing;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills the properties of an object in two rounds: first each takes what plainly is its own, then
 * the required ones that are still open take what is left.
 */
final class ObjectFiller {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DEEPEST_OPTIONAL = 5;
  private static final int RANK_OBJECT = 3;
  private static final int RANK_TEXT = 5;

  private final Filler filler;
  private final Schemas schemas;
  private final Facts facts;
  private final Samples samples;

  ObjectFiller(Filler filler, Schemas schemas, Facts facts, Samples samples) {
    this.filler = filler;
    this.schemas = schemas;
    this.facts = facts;
    this.samples = samples;
  }

  Filled fill(ObjectNode schema, boolean wanted, int depth) {
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
      Filled filled =
          filler.any(schema, field(name, schema), wanted && required && nested, depth + 1);
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
    boolean lone = required.isEmpty() && properties.size() == 1 && fields.isEmpty();
    for (Map.Entry<String, JsonNode> property : properties) {
      int rank = rank(property.getValue());
      if (lacks(fields.get(property.getKey())) && rank != RANK_OBJECT) {
        Field field = field(property.getKey(), property.getValue());
        fields.put(field.name(), filler.any(property.getValue(), field, true, depth + 1));
      }
      if ((lone || lacks(fields.get(property.getKey()))) && rank == RANK_TEXT) {
        open.add(property);
      }
    }
    if (open.size() == 1) {
      rest(open.getFirst().getValue(), field(open.getFirst().getKey(), open.getFirst().getValue()))
          .ifPresent(value -> fields.put(open.getFirst().getKey(), Filler.given(value)));
    }
  }

  private static boolean lacks(@Nullable Filled filled) {
    return filled != null && filled.found() == 0 && !filled.missing().isEmpty();
  }

  private Optional<JsonNode> rest(JsonNode schema, Field field) {
    return schemas.alternatives(schema).stream()
        .filter(alternative -> Types.of(alternative).contains("string"))
        .findFirst()
        .flatMap(a -> filler.anything(field, a, value -> filler.accepts(schema, value)));
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
}
