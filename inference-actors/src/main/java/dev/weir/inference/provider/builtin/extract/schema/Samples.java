package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;

/**
 * Makes the plainest value a schema accepts, for a call that must be made though the text does not
 * give the value: its default, null, its first enum value, the number nearest 0, the shortest list.
 */
final class Samples {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String PLAIN = "unknown";
  private static final int VARIANTS = 12;
  private static final int LONGEST_TEXT = 100_000;

  private final Schemas schemas;
  private final Conformance conformance;

  Samples(Schemas schemas, Conformance conformance) {
    this.schemas = schemas;
    this.conformance = conformance;
  }

  /** A value that conforms to {@code schema}; throws {@link Unsatisfiable} if none is found. */
  JsonNode of(JsonNode schema, int depth) {
    return of(schema, 0, depth);
  }

  private JsonNode of(JsonNode schema, int first, int depth) {
    schemas.step(depth);
    for (int variant = first; variant < first + VARIANTS; variant++) {
      for (ObjectNode alternative : schemas.alternatives(schema)) {
        for (String type : Types.of(alternative)) {
          JsonNode value = tryOne(alternative, type, variant, depth);
          if (!value.isMissingNode() && conformance.accepts(schema, value)) {
            return value;
          }
        }
      }
    }
    throw new Unsatisfiable("no value found");
  }

  private JsonNode tryOne(ObjectNode schema, String type, int variant, int depth) {
    try {
      return one(schema, type, variant, depth);
    } catch (Unsatisfiable e) {
      schemas.step(depth);
      return NODES.missingNode();
    }
  }

  private JsonNode one(ObjectNode schema, String type, int variant, int depth) {
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("default") && variant == 0) {
      return schema.get("default");
    }
    if (schema.path("enum").size() > 0) {
      return schema.get("enum").get(variant % schema.get("enum").size());
    }
    return switch (type) {
      case "null" -> NullNode.instance;
      case "boolean" -> BooleanNode.valueOf(variant % 2 == 1);
      case "integer" -> Json.number(Bounds.of(schema, true).sample(variant));
      case "number" -> Json.number(Bounds.of(schema, false).sample(variant));
      case "array" -> array(schema, variant, depth);
      case "object" -> object(schema, variant, depth);
      default -> TextNode.valueOf(text(schema, variant));
    };
  }

  private static String text(ObjectNode schema, int variant) {
    int least = (int) Math.min(Integer.MAX_VALUE, schema.path("minLength").asLong(0));
    int most = (int) Math.min(LONGEST_TEXT, schema.path("maxLength").asLong(LONGEST_TEXT));
    if (least > most) {
      throw new Unsatisfiable("no text of such a length");
    }
    if (schema.has("pattern")) {
      return matching(schema.get("pattern").asText(), least, most, variant);
    }
    String format = schema.path("format").asText();
    if (Formats.isKnown(format)) {
      return Formats.sample(format, variant);
    }
    String tail = variant == 0 ? "" : String.valueOf(variant);
    String text = least == 0 && variant == 0 ? "" : PLAIN + tail;
    if (text.length() > most) {
      text = text.substring(text.length() - most);
    }
    return "-".repeat(Math.max(0, least - text.length())) + text;
  }

  private static String matching(String pattern, int least, int most, int variant) {
    for (int extra = 0; extra < 80; extra += extra < 16 ? 1 : 8) {
      String text = PatternSample.of(pattern, extra, variant);
      String padded = text + "x".repeat(Math.max(0, least - text.length()));
      if (Patterns.finds(pattern, text) && text.length() >= least && text.length() <= most) {
        return text;
      }
      if (padded.length() <= most && Patterns.finds(pattern, padded) && extra > 8) {
        return padded;
      }
    }
    String exact = PatternSample.of(pattern, least, variant);
    if (exact.length() >= least && exact.length() <= most) {
      return exact;
    }
    throw new Unsatisfiable("no text for the pattern");
  }

  private ArrayNode array(ObjectNode schema, int variant, int depth) {
    ArrayNode array = NODES.arrayNode();
    JsonNode prefix = schema.path("prefixItems");
    long least = Math.max(schema.path("minItems").asLong(0), schema.has("contains") ? 1 : 0);
    for (int at = 0; at < least; at++) {
      JsonNode item = at < prefix.size() ? prefix.get(at) : schema.path("items");
      array.add(
          at == 0 && schema.has("contains")
              ? of(schema.get("contains"), depth + 1)
              : next(array, item, schema, variant, depth));
    }
    if (array.isEmpty() && variant > 0 && schema.path("maxItems").asLong(1) > 0) {
      array.add(of(schema.path("items"), variant, depth + 1));
    }
    return array;
  }

  private JsonNode next(ArrayNode array, JsonNode item, ObjectNode schema, int variant, int depth) {
    boolean unique = schema.path("uniqueItems").asBoolean();
    for (int more = 0; more <= array.size() + VARIANTS; more++) {
      JsonNode value = of(item, variant + (unique ? array.size() + more : 0), depth + 1);
      if (!unique || !isIn(array, value)) {
        return value;
      }
    }
    throw new Unsatisfiable("too few different items");
  }

  /** A value for the list {@code array} that is not yet in it. */
  JsonNode another(ArrayNode array, JsonNode item, ObjectNode schema, int depth) {
    return next(array, item, schema, 0, depth);
  }

  private boolean isIn(ArrayNode array, JsonNode value) {
    for (JsonNode other : array) {
      schemas.step(0);
      if (Json.same(other, value)) {
        return true;
      }
    }
    return false;
  }

  private ObjectNode object(ObjectNode schema, int variant, int depth) {
    ObjectNode object = NODES.objectNode();
    Set<String> required = Merge.names(schema.path("required"));
    for (String name : required) {
      JsonNode own = schema.path("properties").path(name);
      object.set(
          name,
          of(own.isMissingNode() ? schema.path("additionalProperties") : own, variant, depth + 1));
    }
    complete(object, schema, variant, depth);
    return object;
  }

  /** Adds properties until there are as many as the schema wants at least. */
  void complete(ObjectNode object, ObjectNode schema, int variant, int depth) {
    long least = schema.path("minProperties").asLong(variant > 0 && object.isEmpty() ? 1 : 0);
    var names = schema.path("properties").fieldNames();
    while (object.size() < least && names.hasNext()) {
      String name = names.next();
      if (!object.has(name)) {
        object.set(name, of(schema.get("properties").get(name), variant, depth + 1));
      }
    }
    for (int extra = 1; object.size() < least; extra++) {
      object.set("field" + extra, of(schema.path("additionalProperties"), variant, depth + 1));
    }
  }
}
