package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which types of value a schema speaks of. */
final class Types {

  private Types() {}

  /** The types, null last so that it is chosen only where nothing else is known. */
  static List<String> of(ObjectNode schema) {
    Set<String> types = Merge.names(schema.path("type"));
    if (types.isEmpty()) {
      types = guess(schema);
    }
    List<String> ordered = new ArrayList<>(types);
    if (schema.path("nullable").asBoolean()) {
      ordered.add("null");
    }
    if (ordered.remove("null")) {
      ordered.addLast("null");
    }
    return ordered;
  }

  static boolean allowsNull(ObjectNode schema) {
    return of(schema).contains("null");
  }

  private static Set<String> guess(ObjectNode schema) {
    Set<String> types = new LinkedHashSet<>();
    for (JsonNode value : schema.path("enum")) {
      types.add(nameOf(value));
    }
    if (types.isEmpty()) {
      types.add(byKeyword(schema));
    }
    return types;
  }

  private static String byKeyword(ObjectNode schema) {
    if (schema.has("properties") || schema.has("required") || schema.has("additionalProperties")) {
      return "object";
    }
    if (schema.has("items") || schema.has("minItems") || schema.has("prefixItems")) {
      return "array";
    }
    boolean number =
        schema.has("minimum")
            || schema.has("maximum")
            || schema.has("multipleOf")
            || schema.has("exclusiveMinimum")
            || schema.has("exclusiveMaximum");
    return number ? "number" : "string";
  }

  private static String nameOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> "boolean";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case NULL, MISSING -> "null";
      case STRING, BINARY -> "string";
    };
  }
}
