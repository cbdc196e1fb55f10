package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Writes schemas of arguments that some value satisfies, from a seed. */
final class SchemaGenerator {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of(
          "name",
          "city",
          "date",
          "count",
          "unit",
          "query",
          "email",
          "price",
          "tags",
          "notify",
          "to",
          "from",
          "user_id",
          "maxResults",
          "start-time",
          "address",
          "items",
          "language",
          "message",
          "größe");
  private static final List<String> FORMATS =
      List.of("date", "date-time", "time", "email", "uri", "uuid", "ipv4", "hostname");
  private static final List<String> PATTERNS =
      List.of(
          "^[A-Z]{3}-\\d{4}$",
          "^\\+?[0-9]{7,15}$",
          "^(red|green|blue)$",
          "^[a-z][a-z0-9_]*$",
          "^.+@.+$",
          "^\\d{4}-\\d{2}$",
          "^(?:[A-F0-9]{2}:){5}[A-F0-9]{2}$",
          "[^\\s]{2,}",
          "^v\\d+\\.\\d+(\\.\\d+)?$");

  private final Random random;
  private final ObjectNode definitions = NODES.objectNode();

  private SchemaGenerator(long seed) {
    this.random = new Random(seed);
  }

  static ObjectNode of(long seed) {
    SchemaGenerator generator = new SchemaGenerator(seed);
    ObjectNode schema = generator.object(0);
    if (!generator.definitions.isEmpty()) {
      schema.set("$defs", generator.definitions);
    }
    return schema;
  }

  private ObjectNode value(int depth) {
    ObjectNode schema =
        switch (random.nextInt(depth > 3 ? 7 : 14)) {
          case 0, 1 -> string();
          case 2 -> number("integer");
          case 3 -> number("number");
          case 4 -> type("boolean");
          case 5 -> enumeration();
          case 6 -> constant();
          case 7 -> object(depth + 1);
          case 8, 9 -> array(depth + 1);
          case 10 -> reference(depth + 1);
          case 11 -> anyOf(depth + 1);
          case 12 -> allOf();
          default -> oneOf();
        };
    if (random.nextInt(3) == 0) {
      schema.put("description", "The " + NAMES.get(random.nextInt(NAMES.size())) + " to use.");
    }
    return schema;
  }

  private ObjectNode object(int depth) {
    ObjectNode schema = type("object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    int count = random.nextInt(depth == 0 ? 6 : 4) + (depth == 0 ? 1 : 0);
    for (int at = 0; at < count; at++) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      properties.set(name, value(depth + 1));
      if (random.nextInt(3) > 0 && required.valueStream().noneMatch(n -> n.asText().equals(name))) {
        required.add(name);
      }
    }
    if (random.nextBoolean()) {
      schema.put("additionalProperties", false);
    } else if (random.nextInt(4) == 0) {
      schema.put("minProperties", Math.min(2, properties.size()));
    }
    return schema;
  }

  private ObjectNode string() {
    ObjectNode schema = type("string");
    switch (random.nextInt(5)) {
      case 0 -> schema.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
      case 1 -> schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 2 ->
          schema.put("minLength", random.nextInt(12)).put("maxLength", 12 + random.nextInt(20));
      case 3 -> schema.put("maxLength", random.nextInt(6));
      default -> schema.put("default", "plain");
    }
    return schema;
  }

  private ObjectNode number(String type) {
    ObjectNode schema = type(type);
    int low = random.nextInt(200) - 100;
    switch (random.nextInt(6)) {
      case 0 -> schema.put("minimum", low);
      case 1 -> schema.put("maximum", low);
      case 2 -> schema.put("exclusiveMinimum", low).put("exclusiveMaximum", low + 2);
      case 3 -> schema.put("minimum", low).put("maximum", low + 40).put("multipleOf", 7);
      case 4 -> schema.put("multipleOf", 0.25).put("exclusiveMinimum", low);
      default -> schema.put("default", low);
    }
    return schema;
  }

  private ObjectNode enumeration() {
    ObjectNode schema = NODES.objectNode();
    ArrayNode values = schema.putArray("enum");
    for (int at = 0; at <= random.nextInt(4); at++) {
      values.add("choice " + (char) ('a' + at));
    }
    if (random.nextBoolean()) {
      values.addNull();
    } else if (random.nextBoolean()) {
      values.add(7);
    } else {
      schema.put("type", "string");
    }
    return schema;
  }

  private ObjectNode constant() {
    JsonNode value =
        random.nextBoolean() ? NODES.textNode("fixed") : NODES.numberNode(random.nextInt());
    return NODES.objectNode().set("const", value);
  }

  private ObjectNode array(int depth) {
    ObjectNode schema = type("array");
    boolean unique = random.nextInt(3) == 0;
    ObjectNode items =
        unique ? string().put("minLength", 1).put("maxLength", 30) : value(depth + 1);
    schema.set("items", items);
    if (unique) {
      items.remove(List.of("pattern", "format"));
      schema.put("uniqueItems", true);
    }
    int least = random.nextInt(4);
    return random.nextBoolean()
        ? schema.put("minItems", least)
        : schema.put("minItems", least).put("maxItems", least + random.nextInt(3));
  }

  private ObjectNode reference(int depth) {
    String name = "d" + definitions.size();
    definitions.putNull(name);
    ObjectNode target = value(depth);
    definitions.set(name, target);
    return NODES.objectNode().put("$ref", "#/$defs/" + name);
  }

  private ObjectNode anyOf(int depth) {
    ObjectNode schema = NODES.objectNode();
    schema
        .putArray("anyOf")
        .add(value(depth))
        .add(random.nextBoolean() ? type("null") : value(depth));
    return schema;
  }

  private ObjectNode oneOf() {
    ObjectNode schema = NODES.objectNode();
    if (random.nextBoolean()) {
      schema.putArray("oneOf").add(type("integer")).add(type("number").put("multipleOf", 0.5));
    } else {
      schema.putArray("oneOf").add(string()).add(number("integer")).add(type("boolean"));
    }
    return schema;
  }

  private ObjectNode allOf() {
    ObjectNode schema = NODES.objectNode();
    ArrayNode parts = schema.putArray("allOf");
    if (random.nextBoolean()) {
      parts
          .add(type("number").put("minimum", 3))
          .add(NODES.objectNode().put("maximum", 90).put("multipleOf", 1.5));
      parts.add(NODES.objectNode().put("multipleOf", 2));
    } else {
      parts.add(object(4)).add(object(4).put("description", "both"));
      parts.forEach(
          part -> ((ObjectNode) part).remove(List.of("additionalProperties", "properties")));
    }
    return schema;
  }

  private ObjectNode type(String type) {
    ObjectNode schema = NODES.objectNode();
    if (random.nextInt(6) == 0 && !type.equals("object") && !type.equals("null")) {
      schema.putArray("type").add(type).add("null");
      return schema;
    }
    return schema.put("type", type);
  }
}
