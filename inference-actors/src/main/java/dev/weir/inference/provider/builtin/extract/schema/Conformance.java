package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Decides whether a value conforms to a schema: the keywords of JSON Schema 2020-12 that speak of
 * one document, and the {@code definitions} of older drafts. Formats are assertions here.
 */
final class Conformance {

  private final Schemas schemas;

  Conformance(Schemas schemas) {
    this.schemas = schemas;
  }

  boolean accepts(JsonNode schema, JsonNode value) {
    try {
      return accepts(schema, value, 0);
    } catch (Unsatisfiable tooMuch) {
      return false;
    }
  }

  private boolean accepts(JsonNode schema, JsonNode value, int depth) {
    schemas.step(depth);
    if (!schema.isObject()) {
      return !schema.equals(BooleanNode.FALSE);
    }
    return typed(schema, value)
        && enumerated(schema, value)
        && (!value.isNumber() || numbers(schema, value))
        && (!value.isTextual() || strings(schema, value.asText()))
        && (!value.isArray() || arrays(schema, value, depth))
        && (!value.isObject() || objects(schema, value, depth))
        && combinations(schema, value, depth);
  }

  private static boolean typed(JsonNode schema, JsonNode value) {
    if (!schema.has("type") || (value.isNull() && schema.path("nullable").asBoolean())) {
      return true;
    }
    return Merge.names(schema.get("type")).stream().anyMatch(type -> isOf(type, value));
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      default -> false;
    };
  }

  private static boolean enumerated(JsonNode schema, JsonNode value) {
    if (schema.has("const") && !Json.same(schema.get("const"), value)) {
      return false;
    }
    return !schema.has("enum") || any(schema.get("enum"), allowed -> Json.same(allowed, value));
  }

  private static boolean numbers(JsonNode schema, JsonNode value) {
    return Bounds.of(schema, false).contains(value.decimalValue());
  }

  private static boolean strings(JsonNode schema, String text) {
    int length = text.codePointCount(0, text.length());
    return within(schema, "Length", length)
        && (!schema.has("pattern") || Patterns.finds(schema.get("pattern").asText(), text))
        && Formats.accepts(schema.path("format").asText(), text);
  }

  private boolean arrays(JsonNode schema, JsonNode value, int depth) {
    JsonNode prefix = schema.path("prefixItems");
    for (int at = 0; at < value.size(); at++) {
      JsonNode item = at < prefix.size() ? prefix.get(at) : schema.path("items");
      if (!accepts(item, value.get(at), depth + 1)) {
        return false;
      }
    }
    boolean contains =
        !schema.has("contains")
            || any(value, item -> accepts(schema.get("contains"), item, depth + 1));
    return contains
        && within(schema, "Items", value.size())
        && (!schema.path("uniqueItems").asBoolean() || areUnique(value));
  }

  private boolean areUnique(JsonNode array) {
    for (int i = 0; i < array.size(); i++) {
      for (int j = 0; j < i; j++) {
        schemas.step(0);
        if (Json.same(array.get(i), array.get(j))) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean objects(JsonNode schema, JsonNode value, int depth) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        return false;
      }
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!property(schema, field.getKey(), field.getValue(), depth)) {
        return false;
      }
    }
    return within(schema, "Properties", value.size()) && dependents(schema, value);
  }

  private boolean property(JsonNode schema, String name, JsonNode value, int depth) {
    JsonNode own = schema.path("properties").path(name);
    boolean known = !own.isMissingNode();
    if (known && !accepts(own, value, depth + 1)) {
      return false;
    }
    for (Map.Entry<String, JsonNode> pattern : schema.path("patternProperties").properties()) {
      if (Patterns.finds(pattern.getKey(), name)) {
        known = true;
        if (!accepts(pattern.getValue(), value, depth + 1)) {
          return false;
        }
      }
    }
    return (known || accepts(schema.path("additionalProperties"), value, depth + 1))
        && accepts(schema.path("propertyNames"), TextNode.valueOf(name), depth + 1);
  }

  private static boolean dependents(JsonNode schema, JsonNode value) {
    for (Map.Entry<String, JsonNode> rule : schema.path("dependentRequired").properties()) {
      boolean holds = !value.has(rule.getKey());
      if (!holds && any(rule.getValue(), name -> !value.has(name.asText()))) {
        return false;
      }
    }
    return true;
  }

  private boolean combinations(JsonNode schema, JsonNode value, int depth) {
    if (schema.path("$ref").isTextual()
        && !accepts(schemas.target(schema.get("$ref").asText()), value, depth + 1)) {
      return false;
    }
    Predicate<JsonNode> matches = part -> accepts(part, value, depth + 1);
    if (any(schema.path("allOf"), matches.negate())) {
      return false;
    }
    if (schema.has("anyOf") && !any(schema.get("anyOf"), matches)) {
      return false;
    }
    if (schema.has("oneOf") && count(schema.get("oneOf"), matches) != 1) {
      return false;
    }
    if (schema.has("not") && matches.test(schema.get("not"))) {
      return false;
    }
    return !schema.has("if")
        || matches.test(schema.path(matches.test(schema.get("if")) ? "then" : "else"));
  }

  private static boolean within(JsonNode schema, String what, long size) {
    return size >= schema.path("min" + what).asLong(0)
        && size <= schema.path("max" + what).asLong(Long.MAX_VALUE);
  }

  private static boolean any(JsonNode nodes, Predicate<JsonNode> test) {
    return count(nodes, test) > 0;
  }

  private static long count(JsonNode nodes, Predicate<JsonNode> test) {
    long count = 0;
    for (JsonNode node : nodes) {
      count += test.test(node) ? 1 : 0;
    }
    return count;
  }
}
