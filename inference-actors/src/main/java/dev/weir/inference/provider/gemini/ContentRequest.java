package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.provider.upstream.Turns;
import java.io.IOException;
import java.util.List;

/** Writes a model call as the body of a streamed {@code generateContent}. Thread safe. */
final class ContentRequest {

  private final GeminiSettings settings;

  ContentRequest(GeminiSettings settings) {
    this.settings = settings;
  }

  /**
   * The JSON, in UTF-8.
   *
   * @throws dev.weir.cluster.error.WeirException when the call cannot be said
   */
  byte[] body(ModelCall call) {
    Turns turns = Turns.of(call);
    return RequestJson.object(json -> fields(call, turns, json));
  }

  private void fields(ModelCall call, Turns turns, JsonGenerator json) throws IOException {
    ContentTurns contents = new ContentTurns(call.items(), settings.signed(), json);
    contents.system(turns.system());
    contents.write(turns);
    tools(call, json);
    json.writeObjectFieldStart("generationConfig");
    json.writeNumberField("maxOutputTokens", call.maxOutputTokens());
    RequestJson.number("temperature", call.sampling().temperature(), json);
    RequestJson.number("topP", call.sampling().topP(), json);
    RequestJson.number("presencePenalty", call.sampling().presencePenalty(), json);
    RequestJson.number("frequencyPenalty", call.sampling().frequencyPenalty(), json);
    format(call.format(), json);
    settings.thinking().write(call, json);
    json.writeEndObject();
  }

  private static void format(TextFormat format, JsonGenerator json) throws IOException {
    switch (format) {
      case TextFormat.Plain plain -> {}
      case TextFormat.JsonObject object ->
          json.writeStringField("responseMimeType", "application/json");
      case TextFormat.JsonSchema schema -> {
        json.writeStringField("responseMimeType", "application/json");
        json.writeFieldName("responseJsonSchema");
        RequestJson.copy("text.format.schema", schema.schema(), json);
      }
    }
  }

  private static void tools(ModelCall call, JsonGenerator json) throws IOException {
    List<Tool> tools = RequestJson.tools(call);
    if (tools.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("tools");
    json.writeStartObject();
    json.writeArrayFieldStart("functionDeclarations");
    for (Tool tool : tools) {
      json.writeStartObject();
      json.writeStringField("name", tool.name());
      RequestJson.text("description", tool.description(), json);
      if (!tool.parameters().isBlank()) {
        json.writeFieldName("parametersJsonSchema");
        RequestJson.copy("tools", tool.parameters(), json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndArray();
    choice(call.toolChoice(), json);
  }

  private static void choice(ToolChoice choice, JsonGenerator json) throws IOException {
    String mode =
        switch (choice) {
          case ToolChoice.Auto auto -> "AUTO";
          case ToolChoice.None none -> "NONE";
          case ToolChoice.Required required -> "ANY";
          case ToolChoice.Allowed allowed -> allowed.required() ? "ANY" : "AUTO";
          case ToolChoice.Function function -> "ANY";
        };
    if (mode.equals("AUTO")) {
      return;
    }
    json.writeObjectFieldStart("toolConfig");
    json.writeObjectFieldStart("functionCallingConfig");
    json.writeStringField("mode", mode);
    if (choice instanceof ToolChoice.Function(String name)) {
      json.writeArrayFieldStart("allowedFunctionNames");
      json.writeString(name);
      json.writeEndArray();
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
