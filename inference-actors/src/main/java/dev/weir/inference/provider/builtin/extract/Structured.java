package dev.weir.inference.provider.builtin.extract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.builtin.extract.schema.Arguments;
import dev.weir.inference.provider.builtin.extract.schema.Facts;
import dev.weir.inference.provider.builtin.extract.schema.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the answer as JSON: a schema's fields, or whatever the text names as "key: value". */
final class Structured {

  private static final Pattern PAIR =
      Pattern.compile(
          "(?m)^[\\s*-]{0,8}([\\p{L}_][\\p{L}\\p{N}_ -]{0,30}?)\\s?[:=]\\s+(\\S[^\\n]{0,500})$");

  private final Context context;
  private final Supplier<String> prose;

  /**
   * @param prose writes the answer in words
   */
  Structured(Context context, Supplier<String> prose) {
    this.context = context;
    this.prose = prose;
  }

  String write(TextFormat.JsonSchema format) {
    JsonNode schema =
        Json.parse(format.schema())
            .orElseThrow(
                () ->
                    WeirError.invalid("text.format.schema", "The schema is not JSON.")
                        .asException());
    return Arguments.fill(schema, new Facts(text(), Set.of(), prose))
        .map(filled -> Json.write(filled.value()))
        .orElseThrow(
            () ->
                new WeirError.InvalidRequest(
                        "unsupported_schema",
                        "The schema accepts no value this model can make.",
                        "text.format.schema")
                    .asException());
  }

  /** A JSON object of the pairs the text names, else of the answer alone. */
  String writeObject() {
    Map<String, String> pairs = new LinkedHashMap<>();
    Matcher matcher = PAIR.matcher(text());
    while (matcher.find()) {
      pairs.putIfAbsent(matcher.group(1).strip(), matcher.group(2).strip());
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    pairs.forEach((key, value) -> object.set(key, scalar(value)));
    if (object.isEmpty()) {
      object.put("answer", prose.get());
    }
    return Json.write(object);
  }

  private static JsonNode scalar(String value) {
    return Json.parse(value)
        .filter(JsonNode::isValueNode)
        .orElseGet(() -> JsonNodeFactory.instance.textNode(value));
  }

  /** What the functions returned, the message, and what the user said before, in this order. */
  private String text() {
    StringBuilder text = new StringBuilder();
    context.outputs().forEach(output -> text.append(Outputs.readable(output)).append('\n'));
    text.append(context.message());
    for (Item item : context.before()) {
      if (item instanceof Item.Message message && message.role() == Role.USER) {
        text.append("\n\n").append(message.text());
      }
    }
    return text.toString();
  }
}
