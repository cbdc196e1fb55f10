package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object of a request. Absent and null are the same; a field of the wrong
 * type or value throws an invalid request that names it by its path from the body's root.
 */
public final class Fields {

  private final JsonNode object;
  private final String path;

  private Fields(JsonNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The fields of the whole body. */
  public static Fields of(JsonNode body) {
    return new Fields(body, "");
  }

  public boolean has(String name) {
    JsonNode node = object.get(name);
    return node != null && !node.isNull();
  }

  /** Refuses a field that is none of {@code names}. */
  public void onlyKnows(List<String> names) {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                throw new WeirError.InvalidRequest(
                        "unknown_parameter",
                        "Unknown parameter: '" + path(name) + "'; supported: " + names + ".",
                        path(name))
                    .asException();
              }
            });
  }

  /** The whole object once more, to change. */
  ObjectNode copy() {
    return object.deepCopy();
  }

  /** The value as it came, or null. */
  public @Nullable JsonNode raw(String name) {
    return has(name) ? object.get(name) : null;
  }

  public @Nullable String string(String name) {
    JsonNode node = raw(name);
    if (node == null) {
      return null;
    }
    if (!node.isTextual()) {
      throw wrong(name, "a string", node);
    }
    return node.textValue();
  }

  public String string(String name, String fallback) {
    String value = string(name);
    return value == null ? fallback : value;
  }

  public String required(String name) {
    String value = string(name);
    if (value == null || value.isEmpty()) {
      throw error(name, "Missing required parameter: '" + path(name) + "'.");
    }
    return value;
  }

  public boolean bool(String name, boolean fallback) {
    JsonNode node = raw(name);
    if (node == null) {
      return fallback;
    }
    if (!node.isBoolean()) {
      throw wrong(name, "a boolean", node);
    }
    return node.booleanValue();
  }

  /** A whole number between the two bounds, or null. */
  public @Nullable Integer integer(String name, int least, int most) {
    JsonNode node = raw(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber()) {
      throw wrong(name, "an integer", node);
    }
    if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
      throw outside(name, node, least, most);
    }
    return node.intValue();
  }

  /** A number between the two bounds, or null. */
  public @Nullable Double number(String name, double least, double most) {
    JsonNode node = raw(name);
    if (node == null) {
      return null;
    }
    if (!node.isNumber()) {
      throw wrong(name, "a number", node);
    }
    double value = node.doubleValue();
    if (!(value >= least && value <= most)) {
      throw outside(name, node, least, most);
    }
    return value;
  }

  /** One of the given words, or null. */
  public @Nullable String oneOf(String name, List<String> words) {
    String value = string(name);
    if (value != null && !words.contains(value)) {
      throw error(
          name, "Invalid value: '%s' for '%s'; supported: %s.".formatted(value, path(name), words));
    }
    return value;
  }

  /** The object at {@code name}, or null. */
  public @Nullable Fields object(String name) {
    JsonNode node = raw(name);
    if (node == null) {
      return null;
    }
    if (!node.isObject()) {
      throw wrong(name, "an object", node);
    }
    return new Fields(node, path(name));
  }

  /** The elements of the array at {@code name}; empty when there is none. */
  public <T> List<T> list(String name, Function<Fields, T> read) {
    JsonNode node = raw(name);
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      throw wrong(name, "an array", node);
    }
    List<T> result = new ArrayList<>(node.size());
    for (int at = 0; at < node.size(); at++) {
      String element = path(name) + "[" + at + "]";
      if (!node.get(at).isObject()) {
        throw new WeirError.InvalidRequest(
                "invalid_type", "Invalid type for '" + element + "': expected an object.", element)
            .asException();
      }
      T value = read.apply(new Fields(node.get(at), element));
      if (value != null) {
        result.add(value);
      }
    }
    return result;
  }

  /** The strings of the array at {@code name}, {@code most} at most; empty when there is none. */
  public List<String> strings(String name, int most) {
    JsonNode node = raw(name);
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      throw wrong(name, "an array", node);
    }
    if (node.size() > most) {
      throw error(
          name, "'%s' has %d entries; %d at most.".formatted(path(name), node.size(), most));
    }
    List<String> result = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      if (!element.isTextual()) {
        throw wrong(name, "an array of strings", element);
      }
      result.add(element.textValue());
    }
    return result;
  }

  /** A map of strings; {@code null} values are left out. */
  public Map<String, String> strings(String name) {
    Fields map = object(name);
    Map<String, String> result = new LinkedHashMap<>();
    if (map != null) {
      map.object
          .fieldNames()
          .forEachRemaining(
              key -> {
                String value = map.string(key);
                if (value != null) {
                  result.put(key, value);
                }
              });
    }
    return result;
  }

  /** An error about the field {@code name}. */
  public WeirException error(String name, String message) {
    return new WeirError.InvalidRequest("invalid_value", message, path(name)).asException();
  }

  private WeirException wrong(String name, String expected, JsonNode got) {
    return new WeirError.InvalidRequest(
            "invalid_type",
            "Invalid type for '%s': expected %s, got %s."
                .formatted(path(name), expected, kind(got)),
            path(name))
        .asException();
  }

  private WeirException outside(String name, JsonNode got, Object least, Object most) {
    return error(
        name,
        "Invalid value: %s for '%s'; expected %s to %s.".formatted(got, path(name), least, most));
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT, POJO -> "an object";
      case BOOLEAN -> "a boolean";
      case NUMBER -> "a number";
      case STRING, BINARY -> "a string";
      case NULL, MISSING -> "null";
    };
  }

  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
