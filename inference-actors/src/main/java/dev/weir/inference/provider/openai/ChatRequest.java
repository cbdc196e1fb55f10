package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.upstream.RequestJson;
import java.io.IOException;
import java.util.List;

/** Writes a model call as the body of a streamed chat completion. Thread safe. */
final class ChatRequest {

  private final OpenAiSettings settings;

  ChatRequest(OpenAiSettings settings) {
    this.settings = settings;
  }

  /**
   * The JSON, in UTF-8.
   *
   * @throws dev.weir.cluster.error.WeirException when a schema in the call is no JSON
   */
  byte[] body(ModelCall call) {
    return RequestJson.object(
        json -> {
          json.writeStringField("model", settings.model());
          json.writeBooleanField("stream", true);
          if (settings.includeUsage()) {
            json.writeObjectFieldStart("stream_options");
            json.writeBooleanField("include_usage", true);
            json.writeEndObject();
          }
          fields(call, json);
        });
  }

  /** Writes the fields of one whose answer comes whole. */
  void whole(ModelCall call, JsonGenerator json) throws IOException {
    json.writeStringField("model", settings.model());
    fields(call, json);
  }

  private void fields(ModelCall call, JsonGenerator json) throws IOException {
    ChatMessages.write(call, settings.continuation() == Continuation.PREFIX, json);
    if (!call.prefix().isEmpty()
        && settings.continuation() == Continuation.CONTINUE_FINAL_MESSAGE) {
      json.writeBooleanField("continue_final_message", true);
      json.writeBooleanField("add_generation_prompt", false);
    }
    json.writeNumberField(settings.maxTokensField(), call.maxOutputTokens());
    sampling(call, json);
    tools(call, json);
    format(call.format(), json);
  }

  private static void sampling(ModelCall call, JsonGenerator json) throws IOException {
    RequestJson.number("temperature", call.sampling().temperature(), json);
    RequestJson.number("top_p", call.sampling().topP(), json);
    RequestJson.number("presence_penalty", call.sampling().presencePenalty(), json);
    RequestJson.number("frequency_penalty", call.sampling().frequencyPenalty(), json);
    if (call.reasoningEffort() != null) {
      json.writeStringField("reasoning_effort", call.reasoningEffort());
    }
    RequestJson.text("user", call.user(), json);
  }

  private static void tools(ModelCall call, JsonGenerator json) throws IOException {
    List<Tool> tools = RequestJson.tools(call);
    if (tools.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("tools");
    for (Tool tool : tools) {
      tool(tool, json);
    }
    json.writeEndArray();
    choice(call.toolChoice(), json);
    if (!call.parallelToolCalls()) {
      json.writeBooleanField("parallel_tool_calls", false);
    }
  }

  private static void tool(Tool tool, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", tool.name());
    RequestJson.text("description", tool.description(), json);
    if (!tool.parameters().isBlank()) {
      json.writeFieldName("parameters");
      RequestJson.copy("tools", tool.parameters(), json);
    }
    if (tool.strict()) {
      json.writeBooleanField("strict", true);
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void choice(ToolChoice choice, JsonGenerator json) throws IOException {
    switch (choice) {
      case ToolChoice.Auto auto -> {}
      case ToolChoice.None none -> json.writeStringField("tool_choice", "none");
      case ToolChoice.Required required -> json.writeStringField("tool_choice", "required");
      case ToolChoice.Allowed allowed -> {
        if (allowed.required()) {
          json.writeStringField("tool_choice", "required");
        }
      }
      case ToolChoice.Function(String name) -> {
        json.writeObjectFieldStart("tool_choice");
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
      }
    }
  }

  private static void format(TextFormat format, JsonGenerator json) throws IOException {
    switch (format) {
      case TextFormat.Plain plain -> {}
      case TextFormat.JsonObject object -> {
        json.writeObjectFieldStart("response_format");
        json.writeStringField("type", "json_object");
        json.writeEndObject();
      }
      case TextFormat.JsonSchema schema -> {
        json.writeObjectFieldStart("response_format");
        json.writeStringField("type", "json_schema");
        json.writeObjectFieldStart("json_schema");
        json.writeStringField("name", schema.name());
        RequestJson.text("description", schema.description(), json);
        json.writeFieldName("schema");
        RequestJson.copy("text.format.schema", schema.schema(), json);
        json.writeBooleanField("strict", schema.strict());
        json.writeEndObject();
        json.writeEndObject();
      }
    }
  }
}
