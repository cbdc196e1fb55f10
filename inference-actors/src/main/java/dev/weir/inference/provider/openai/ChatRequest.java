package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a model call as the body of a streamed chat completion. Thread safe. */
final class ChatRequest {

  private static final JsonFactory JSON = new JsonFactory();

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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("model", settings.model());
      json.writeBooleanField("stream", true);
      if (settings.includeUsage()) {
        json.writeObjectFieldStart("stream_options");
        json.writeBooleanField("include_usage", true);
        json.writeEndObject();
      }
      ChatMessages.write(call.instructions(), call.items(), json);
      json.writeNumberField(settings.maxTokensField(), call.maxOutputTokens());
      sampling(call, json);
      tools(call, json);
      format(call.format(), json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void sampling(ModelCall call, JsonGenerator json) throws IOException {
    number("temperature", call.sampling().temperature(), json);
    number("top_p", call.sampling().topP(), json);
    number("presence_penalty", call.sampling().presencePenalty(), json);
    number("frequency_penalty", call.sampling().frequencyPenalty(), json);
    if (call.reasoningEffort() != null) {
      json.writeStringField("reasoning_effort", call.reasoningEffort());
    }
    if (!call.user().isEmpty()) {
      json.writeStringField("user", call.user());
    }
  }

  private static void number(String name, @Nullable Double value, JsonGenerator json)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value);
    }
  }

  private static void tools(ModelCall call, JsonGenerator json) throws IOException {
    List<Tool> tools =
        call.toolChoice() instanceof ToolChoice.Allowed allowed
            ? call.tools().stream().filter(tool -> allowed.names().contains(tool.name())).toList()
            : call.tools();
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
    if (!tool.description().isEmpty()) {
      json.writeStringField("description", tool.description());
    }
    if (!tool.parameters().isBlank()) {
      json.writeFieldName("parameters");
      copy("tools", tool.parameters(), json);
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
        if (!schema.description().isEmpty()) {
          json.writeStringField("description", schema.description());
        }
        json.writeFieldName("schema");
        copy("text.format.schema", schema.schema(), json);
        json.writeBooleanField("strict", schema.strict());
        json.writeEndObject();
        json.writeEndObject();
      }
    }
  }

  /** Copies JSON text value by value, so that it cannot reach beyond its place. */
  private static void copy(String param, String text, JsonGenerator json) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw WeirError.invalid(param, param + " must be a JSON object.").asException();
      }
      json.copyCurrentStructure(parser);
    } catch (JsonProcessingException unreadable) {
      throw WeirError.invalid(param, param + " must be a JSON object.").asException();
    }
  }
}
