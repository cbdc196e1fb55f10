package dev.weir.inference.provider.builtin.extract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.builtin.extract.schema.Json;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes what a function returned readable: JSON becomes lines of "name: value". */
final class Outputs {

  private Outputs() {}

  static String readable(String output) {
    String text = output.strip();
    if (!text.startsWith("{") && !text.startsWith("[") && !text.startsWith("\"")) {
      return text;
    }
    Optional<JsonNode> json = Json.parse(text);
    return json.map(node -> lines(node, "")).orElse(text).strip();
  }

  private static String lines(JsonNode node, String name) {
    if (node.isObject()) {
      return node.properties().stream()
          .map(entry -> lines(entry.getValue(), join(name, entry.getKey())))
          .collect(Collectors.joining());
    }
    if (node.isArray()
        && IntStream.range(0, node.size()).anyMatch(at -> node.get(at).isContainerNode())) {
      return IntStream.range(0, node.size())
          .mapToObj(at -> lines(node.get(at), join(name, String.valueOf(at + 1))))
          .collect(Collectors.joining());
    }
    String value =
        node.isArray()
            ? IntStream.range(0, node.size())
                .mapToObj(at -> node.get(at).asText())
                .collect(Collectors.joining(", "))
            : node.asText();
    return (name.isEmpty() ? "" : name.replace('_', ' ') + ": ") + value + "\n";
  }

  private static String join(String name, String part) {
    return name.isEmpty() ? part : name + " " + part;
  }
}
