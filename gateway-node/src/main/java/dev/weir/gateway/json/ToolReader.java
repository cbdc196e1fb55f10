package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads tools, tool choice and text format, as the Responses API and as chat completions write
 * them.
 */
public final class ToolReader {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{1,64}");
  private static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

  private ToolReader() {}

  public static List<Tool> tools(Fields fields) {
    List<Tool> tools = fields.list("tools", ToolReader::tool);
    long distinct = tools.stream().map(Tool::name).distinct().count();
    if (distinct != tools.size()) {
      throw fields.error("tools", "Two tools have the same name; names must be distinct.");
    }
    return tools;
  }

  private static Tool tool(Fields tool) {
    String type = tool.string("type", "");
    if (!type.equals("function")) {
      throw tool.error(
          "type",
          "Invalid value: '%s'; only tools of type 'function' are supported.".formatted(type));
    }
    Fields nested = tool.object("function");
    Fields function = nested == null ? tool : nested;
    String name = function.required("name");
    if (!NAME.matcher(name).matches()) {
      throw function.error(
          "name",
          "Invalid value: '%s'; a function's name has 1 to 64 letters, digits, '_', '-' or '.'."
              .formatted(name));
    }
    Fields parameters = function.object("parameters");
    return new Tool(
        name,
        function.string("description", ""),
        parameters == null ? NO_PARAMETERS : Json.text(function.raw("parameters")),
        function.bool("strict", nested == null));
  }

  public static ToolChoice choice(Fields fields, List<Tool> tools) {
    JsonNode node = fields.raw("tool_choice");
    if (node == null) {
      return new ToolChoice.Auto();
    }
    ToolChoice choice = node.isTextual() ? word(fields, node.textValue()) : object(fields);
    boolean demands =
        choice instanceof ToolChoice.Required
            || choice instanceof ToolChoice.Function
            || choice instanceof ToolChoice.Allowed;
    if (demands && tools.isEmpty()) {
      throw fields.error("tool_choice", "'tool_choice' demands a tool, but 'tools' is empty.");
    }
    List<String> named = named(choice);
    if (choice instanceof ToolChoice.Allowed && named.isEmpty()) {
      throw fields.error("tool_choice", "'tool_choice' allows no tool; name one, or use 'none'.");
    }
    for (String name : named) {
      if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
        throw fields.error(
            "tool_choice", "'tool_choice' names '" + name + "', which is not in 'tools'.");
      }
    }
    return choice;
  }

  private static List<String> named(ToolChoice choice) {
    return switch (choice) {
      case ToolChoice.Function(String name) -> List.of(name);
      case ToolChoice.Allowed allowed -> List.copyOf(allowed.names());
      case ToolChoice.Auto auto -> List.of();
      case ToolChoice.None none -> List.of();
      case ToolChoice.Required required -> List.of();
    };
  }

  private static ToolChoice word(Fields fields, String word) {
    return switch (word) {
      case "auto" -> new ToolChoice.Auto();
      case "none" -> new ToolChoice.None();
      case "required" -> new ToolChoice.Required();
      default ->
          throw fields.error(
              "tool_choice",
              "Invalid value: '%s'; supported: auto, none, required, or an object."
                  .formatted(word));
    };
  }

  private static ToolChoice object(Fields fields) {
    Fields choice = fields.object("tool_choice");
    if (choice == null) {
      return new ToolChoice.Auto();
    }
    String type = choice.string("type", "");
    return switch (type) {
      case "function" -> {
        Fields nested = choice.object("function");
        yield new ToolChoice.Function((nested == null ? choice : nested).required("name"));
      }
      case "allowed_tools" -> {
        Fields nested = choice.object("allowed_tools");
        Fields allowed = nested == null ? choice : nested;
        yield new ToolChoice.Allowed(
            allowed.list("tools", ToolReader::allowedName),
            "required".equals(allowed.string("mode")));
      }
      default ->
          throw choice.error(
              "type", "Invalid value: '%s'; supported: function, allowed_tools.".formatted(type));
    };
  }

  private static String allowedName(Fields tool) {
    Fields nested = tool.object("function");
    return (nested == null ? tool : nested).required("name");
  }

  /** The format at {@code format}; null means plain text. */
  public static TextFormat format(@Nullable Fields format) {
    if (format == null) {
      return new TextFormat.Plain();
    }
    String type = format.string("type", "text");
    return switch (type) {
      case "text" -> new TextFormat.Plain();
      case "json_object" -> new TextFormat.JsonObject();
      case "json_schema" -> schema(format);
      default ->
          throw format.error(
              "type",
              "Invalid value: '%s'; supported: text, json_object, json_schema.".formatted(type));
    };
  }

  private static TextFormat schema(Fields format) {
    Fields nested = format.object("json_schema");
    Fields schema = nested == null ? format : nested;
    JsonNode text = schema.raw("schema");
    if (text == null || !text.isObject()) {
      throw schema.error("schema", "'" + schema.path("schema") + "' must be a JSON schema object.");
    }
    return new TextFormat.JsonSchema(
        schema.required("name"),
        schema.string("description", ""),
        Json.text(text),
        schema.bool("strict", false));
  }
}
