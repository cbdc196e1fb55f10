package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One document of JSON Schema: follows its local references and unfolds its combinations. Every
 * step is counted, so that no schema, however entangled, keeps a thread for long. Not thread safe.
 */
final class Schemas {

  private static final int STEPS = 200_000;
  private static final int ALTERNATIVES = 64;
  private static final int DEEPEST = 64;
  private static final ObjectNode ANYTHING = JsonNodeFactory.instance.objectNode();

  private final JsonNode root;
  private int steps;

  Schemas(JsonNode root) {
    this.root = root;
  }

  JsonNode root() {
    return root;
  }

  /** Counts one step at {@code depth}; throws when there were too many or it is too deep. */
  void step(int depth) {
    steps++;
    if (steps > STEPS || depth > DEEPEST) {
      throw new Unsatisfiable("too large or too deep");
    }
  }

  /** What a local reference points to. */
  JsonNode target(String reference) {
    if (reference.equals("#")) {
      return root;
    }
    String pointer = reference.startsWith("#/") ? reference.substring(1).replace("%24", "$") : "";
    JsonNode target = pointer.isEmpty() ? MissingNode.getInstance() : root.at(pointer);
    if (target.isMissingNode()) {
      throw new Unsatisfiable("a reference to elsewhere");
    }
    return target;
  }

  /**
   * The schemas without references and combinations of which a value must match one. Empty for a
   * schema that accepts nothing.
   */
  List<ObjectNode> alternatives(JsonNode schema) {
    return alternatives(schema, 0);
  }

  private List<ObjectNode> alternatives(JsonNode schema, int depth) {
    step(depth);
    if (!(schema instanceof ObjectNode object)) {
      return schema.equals(BooleanNode.FALSE) ? List.of() : List.of(ANYTHING);
    }
    ObjectNode own = JsonNodeFactory.instance.objectNode();
    own.setAll(object);
    own.remove(List.of("$ref", "allOf", "anyOf", "oneOf", "$defs", "definitions"));
    List<ObjectNode> all = List.of(own);
    if (object.path("$ref").isTextual()) {
      all = both(all, alternatives(target(object.get("$ref").asText()), depth + 1));
    }
    for (JsonNode part : object.path("allOf")) {
      all = both(all, alternatives(part, depth + 1));
    }
    all = oneOfThem(all, object.path("anyOf"), depth);
    return oneOfThem(all, object.path("oneOf"), depth);
  }

  private List<ObjectNode> oneOfThem(List<ObjectNode> all, JsonNode branches, int depth) {
    if (!branches.isArray() || branches.isEmpty()) {
      return all;
    }
    List<ObjectNode> any = new ArrayList<>();
    for (JsonNode branch : branches) {
      any.addAll(alternatives(branch, depth + 1));
    }
    return both(all, any);
  }

  private static List<ObjectNode> both(List<ObjectNode> left, List<ObjectNode> right) {
    List<ObjectNode> merged = new ArrayList<>();
    for (ObjectNode a : left) {
      for (ObjectNode b : right) {
        if (merged.size() < ALTERNATIVES) {
          Merge.of(a, b).ifPresent(merged::add);
        }
      }
    }
    return merged;
  }
}
