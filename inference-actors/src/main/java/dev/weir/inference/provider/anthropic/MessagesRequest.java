package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.provider.upstream.Turns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model call as the body of a streamed message. Thread safe.
 *
 * <p>What the upstream shall keep is marked: tools and system text, which many calls share, and the
 * newest turn of a conversation that has gone on before and so is likely to go on. What is too
 * short to be kept the upstream leaves alone, at no price.
 */
final class MessagesRequest {

  private final AnthropicSettings settings;

  MessagesRequest(AnthropicSettings settings) {
    this.settings = settings;
  }

  /**
   * The JSON, in UTF-8.
   *
   * @throws dev.weir.cluster.error.WeirException when the call cannot be said
   */
  byte[] body(ModelCall call) {
    Turns turns = turns(call);
    return RequestJson.object(json -> fields(call, turns, true, json));
  }

  /**
   * Writes the fields of one whose answer comes whole.
   *
   * @throws dev.weir.cluster.error.WeirException when the call cannot be said
   */
  void whole(ModelCall call, JsonGenerator json) throws IOException {
    fields(call, turns(call), false, json);
  }

  private static Turns turns(ModelCall call) {
    if (!call.prefix().isEmpty()
        && Character.isWhitespace(call.prefix().codePointBefore(call.prefix().length()))) {
      throw UpstreamError.cannotGoOn().asException();
    }
    return Turns.of(call);
  }

  private void fields(ModelCall call, Turns turns, boolean streamed, JsonGenerator json)
      throws IOException {
    json.writeStringField("model", settings.model());
    json.writeNumberField("max_tokens", call.maxOutputTokens());
    if (streamed) {
      json.writeBooleanField("stream", true);
    }
    List<String> system = system(call, turns);
    MessageTurns messages = new MessageTurns(settings.promptCache(), json);
    messages.system(system);
    messages.write(turns);
    tools(call, settings.promptCache() && system.isEmpty(), json);
    boolean thinks = call.prefix().isEmpty() && settings.thinking().on(call, turns);
    if (thinks) {
      settings.thinking().write(call, json);
    } else {
      sampling(call.sampling(), json);
    }
    output(call, json);
    if (!call.user().isEmpty()) {
      json.writeObjectFieldStart("metadata");
      json.writeStringField("user_id", call.user());
      json.writeEndObject();
    }
  }

  /** The system text, with the wish for a form that the upstream does not enforce. */
  private static List<String> system(ModelCall call, Turns turns) {
    List<String> system = new ArrayList<>(turns.system());
    switch (call.format()) {
      case TextFormat.Plain plain -> {}
      case TextFormat.JsonObject object ->
          system.add("Answer with one JSON object and nothing else.");
      case TextFormat.JsonSchema schema -> {
        if (!schema.strict()) {
          system.add(
              "Answer with JSON that matches this JSON schema and nothing else:\n"
                  + schema.schema());
        }
      }
    }
    return system;
  }

  /** A call that thinks has no say in this; the upstream refuses both together. */
  private static void sampling(ModelCall.Sampling sampling, JsonGenerator json) throws IOException {
    @Nullable Double temperature = sampling.temperature();
    if (temperature != null && temperature > 1) {
      throw WeirError.invalid("temperature", "temperature is at most 1 with this model.")
          .asException();
    }
    RequestJson.number("temperature", temperature, json);
    RequestJson.number("top_p", sampling.topP(), json);
  }

  private void output(ModelCall call, JsonGenerator json) throws IOException {
    @Nullable String effort = settings.thinking().outputEffort(call);
    boolean enforced = call.format() instanceof TextFormat.JsonSchema schema && schema.strict();
    if (effort == null && !enforced) {
      return;
    }
    json.writeObjectFieldStart("output_config");
    if (effort != null) {
      json.writeStringField("effort", effort);
    }
    if (enforced && call.format() instanceof TextFormat.JsonSchema schema) {
      json.writeObjectFieldStart("format");
      json.writeStringField("type", "json_schema");
      json.writeFieldName("schema");
      RequestJson.copy("text.format.schema", schema.schema(), json);
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void tools(ModelCall call, boolean mark, JsonGenerator json) throws IOException {
    List<Tool> tools = RequestJson.tools(call);
    if (tools.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("tools");
    for (int i = 0; i < tools.size(); i++) {
      tool(tools.get(i), mark && i == tools.size() - 1, json);
    }
    json.writeEndArray();
    choice(call, json);
  }

  private static void tool(Tool tool, boolean marked, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", tool.name());
    RequestJson.text("description", tool.description(), json);
    json.writeFieldName("input_schema");
    String parameters = tool.parameters().isBlank() ? "{\"type\":\"object\"}" : tool.parameters();
    RequestJson.copy("tools", parameters, json);
    if (marked) {
      MessageTurns.mark(json);
    }
    json.writeEndObject();
  }

  private static void choice(ModelCall call, JsonGenerator json) throws IOException {
    String type =
        switch (call.toolChoice()) {
          case ToolChoice.Auto auto -> "auto";
          case ToolChoice.None none -> "none";
          case ToolChoice.Required required -> "any";
          case ToolChoice.Allowed allowed -> allowed.required() ? "any" : "auto";
          case ToolChoice.Function function -> "tool";
        };
    if (type.equals("auto") && call.parallelToolCalls()) {
      return;
    }
    json.writeObjectFieldStart("tool_choice");
    json.writeStringField("type", type);
    if (call.toolChoice() instanceof ToolChoice.Function(String name)) {
      json.writeStringField("name", name);
    }
    if (!call.parallelToolCalls() && !type.equals("none")) {
      json.writeBooleanField("disable_parallel_tool_use", true);
    }
    json.writeEndObject();
  }
}
