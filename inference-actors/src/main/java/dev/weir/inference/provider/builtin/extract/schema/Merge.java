package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Joins two schemas without combinations into one that accepts what both accept, or nearly so. */
final class Merge {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Merge() {}

  /** The joined schema; empty when the two plainly exclude each other. */
  static Optional<ObjectNode> of(ObjectNode a, ObjectNode b) {
    ObjectNode merged = NODES.objectNode();
    merged.setAll(a);
    for (Map.Entry<String, JsonNode> entry : b.properties()) {
      JsonNode mine = merged.get(entry.getKey());
      JsonNode joined =
          mine == null ? entry.getValue() : join(entry.getKey(), mine, entry.getValue());
      if (joined.isMissingNode()) {
        return Optional.empty();
      }
      merged.set(entry.getKey(), joined);
    }
    return Optional.of(merged);
  }

  private static JsonNode join(String keyword, JsonNode a, JsonNode b) {
    return switch (keyword) {
      case "type" -> orMissing(types(a, b));
      case "enum" -> orMissing(common(a, b));
      case "const" -> Json.same(a, b) ? a : NODES.missingNode();
      case "required" -> union(a, b);
      case "properties" -> properties(a, b);
      case "items", "additionalProperties" -> a.equals(b) ? a : allOf(a, b);
      case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties" ->
          larger(a, b, 1);
      case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties" ->
          larger(a, b, -1);
      case "multipleOf" ->
          a.isNumber() && b.isNumber()
              ? Json.number(Bounds.multiple(a.decimalValue(), b.decimalValue()))
              : a;
      case "uniqueItems" -> a.asBoolean() ? a : b;
      default -> a;
    };
  }

  private static JsonNode larger(JsonNode a, JsonNode b, int sign) {
    if (!a.isNumber() || !b.isNumber()) {
      return a.isNumber() ? a : b;
    }
    BigDecimal mine = a.decimalValue();
    return mine.compareTo(b.decimalValue()) * sign >= 0 ? a : b;
  }

  private static ArrayNode types(JsonNode a, JsonNode b) {
    Set<String> mine = names(a);
    Set<String> common = new LinkedHashSet<>();
    for (String type : names(b)) {
      if (mine.contains(type)) {
        common.add(type);
      } else if ((type.equals("integer") && mine.contains("number"))
          || (type.equals("number") && mine.contains("integer"))) {
        common.add("integer");
      }
    }
    ArrayNode types = NODES.arrayNode();
    common.forEach(types::add);
    return types;
  }

  /** The names in a keyword that holds one name or a list. */
  static Set<String> names(JsonNode node) {
    Set<String> names = new LinkedHashSet<>();
    if (node.isTextual()) {
      names.add(node.asText());
    }
    node.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static ArrayNode common(JsonNode a, JsonNode b) {
    ArrayNode common = NODES.arrayNode();
    for (JsonNode value : a) {
      for (JsonNode other : b) {
        if (Json.same(value, other)) {
          common.add(value);
          break;
        }
      }
    }
    return common;
  }

  private static ArrayNode union(JsonNode a, JsonNode b) {
    Set<String> names = names(a);
    names.addAll(names(b));
    ArrayNode union = NODES.arrayNode();
    names.forEach(union::add);
    return union;
  }

  private static ObjectNode properties(JsonNode a, JsonNode b) {
    ObjectNode merged = NODES.objectNode();
    a.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
    for (Map.Entry<String, JsonNode> entry : b.properties()) {
      JsonNode mine = merged.get(entry.getKey());
      boolean same = mine == null || mine.equals(entry.getValue());
      merged.set(entry.getKey(), same ? entry.getValue() : allOf(mine, entry.getValue()));
    }
    return merged;
  }

  private static ObjectNode allOf(JsonNode a, JsonNode b) {
    ObjectNode both = NODES.objectNode();
    both.putArray("allOf").add(a).add(b);
    return both;
  }

  private static JsonNode orMissing(ArrayNode values) {
    return values.isEmpty() ? NODES.missingNode() : values;
  }
}
