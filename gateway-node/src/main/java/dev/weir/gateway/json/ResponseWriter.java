package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.Delta;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Writes the response resource of Open Responses, every field present. */
public final class ResponseWriter {

  private static final double NANO = 1e-9;

  private ResponseWriter() {}

  public static ByteString body(Response response) {
    return Json.write(json -> write(json, response));
  }

  static void write(JsonGenerator json, Response response) throws IOException {
    ResponseRequest request = response.request();
    json.writeStartObject();
    json.writeStringField("id", response.id().toString());
    json.writeStringField("object", "response");
    json.writeNumberField("created_at", response.createdAt().getEpochSecond());
    time(json, "completed_at", response.completedAt());
    json.writeStringField("status", ItemWriter.word(response.status()));
    json.writeBooleanField("background", request.background());
    error(json, response);
    incomplete(json, response.incompleteReason());
    json.writeStringField("instructions", request.instructions());
    number(json, "max_output_tokens", request.maxOutputTokens());
    number(json, "max_tool_calls", request.extras().maxToolCalls());
    json.writeStringField("model", request.model());
    json.writeArrayFieldStart("output");
    for (OutputItem item : response.output()) {
      ItemWriter.write(json, item);
    }
    json.writeEndArray();
    json.writeStringField("previous_response_id", request.previousResponseId());
    conversation(json, response.conversationId());
    request(json, request);
    json.writeFieldName("usage");
    if (response.usage() == null) {
      json.writeNull();
    } else {
      ItemWriter.usage(json, response.usage());
    }
    summary(json, response.summary());
    json.writeEndObject();
  }

  private static void request(JsonGenerator json, ResponseRequest request) throws IOException {
    var extras = request.extras();
    var sampling = request.sampling();
    json.writeBooleanField("parallel_tool_calls", request.parallelToolCalls());
    json.writeObjectFieldStart("reasoning");
    json.writeStringField("effort", request.reasoning().effort());
    json.writeStringField("summary", request.reasoning().summary());
    json.writeEndObject();
    json.writeBooleanField("store", request.store());
    number(json, "temperature", sampling.temperature(), 1);
    number(json, "top_p", sampling.topP(), 1);
    number(json, "presence_penalty", sampling.presencePenalty(), 0);
    number(json, "frequency_penalty", sampling.frequencyPenalty(), 0);
    json.writeNumberField("top_logprobs", extras.topLogprobs() == null ? 0 : extras.topLogprobs());
    text(json, request);
    toolChoice(json, request.toolChoice());
    json.writeArrayFieldStart("tools");
    for (Tool tool : request.tools()) {
      tool(json, tool);
    }
    json.writeEndArray();
    json.writeStringField("truncation", ItemWriter.word(request.truncation()));
    json.writeStringField(
        "service_tier", extras.serviceTier() == null ? "default" : extras.serviceTier());
    json.writeStringField("user", extras.user());
    json.writeStringField("safety_identifier", extras.safetyIdentifier());
    json.writeStringField("prompt_cache_key", extras.promptCacheKey());
    json.writeObjectFieldStart("metadata");
    for (Map.Entry<String, String> entry : new TreeMap<>(request.metadata()).entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, ResponseRequest request) throws IOException {
    json.writeObjectFieldStart("text");
    json.writeObjectFieldStart("format");
    switch (request.format()) {
      case TextFormat.Plain plain -> json.writeStringField("type", "text");
      case TextFormat.JsonObject object -> json.writeStringField("type", "json_object");
      case TextFormat.JsonSchema schema -> {
        json.writeStringField("type", "json_schema");
        json.writeStringField("name", schema.name());
        json.writeStringField(
            "description", schema.description().isEmpty() ? null : schema.description());
        json.writeBooleanField("strict", schema.strict());
        json.writeFieldName("schema");
        json.writeRawValue(schema.schema());
      }
    }
    json.writeEndObject();
    if (request.extras().verbosity() != null) {
      json.writeStringField("verbosity", request.extras().verbosity());
    }
    json.writeEndObject();
  }

  private static void tool(JsonGenerator json, Tool tool) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "function");
    json.writeStringField("name", tool.name());
    json.writeStringField("description", tool.description().isEmpty() ? null : tool.description());
    json.writeFieldName("parameters");
    json.writeRawValue(tool.parameters());
    json.writeBooleanField("strict", tool.strict());
    json.writeEndObject();
  }

  private static void toolChoice(JsonGenerator json, ToolChoice choice) throws IOException {
    json.writeFieldName("tool_choice");
    switch (choice) {
      case ToolChoice.Auto auto -> json.writeString("auto");
      case ToolChoice.None none -> json.writeString("none");
      case ToolChoice.Required required -> json.writeString("required");
      case ToolChoice.Function(String name) -> function(json, name);
      case ToolChoice.Allowed allowed -> {
        json.writeStartObject();
        json.writeStringField("type", "allowed_tools");
        json.writeStringField("mode", allowed.required() ? "required" : "auto");
        json.writeArrayFieldStart("tools");
        for (String name : allowed.names()) {
          function(json, name);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
    }
  }

  private static void function(JsonGenerator json, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "function");
    json.writeStringField("name", name);
    json.writeEndObject();
  }

  static void error(JsonGenerator json, Response response) throws IOException {
    json.writeFieldName("error");
    if (response.error() == null) {
      json.writeNull();
    } else {
      ErrorWriter.write(json, response.error());
    }
  }

  static void incomplete(JsonGenerator json, @Nullable String reason) throws IOException {
    json.writeFieldName("incomplete_details");
    if (reason == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      json.writeStringField("reason", reason);
      json.writeEndObject();
    }
  }

  private static void conversation(JsonGenerator json, @Nullable String id) throws IOException {
    json.writeFieldName("conversation");
    if (id == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      json.writeStringField("id", id);
      json.writeEndObject();
    }
  }

  /** Writes what it took, as the field {@code weir}. */
  public static void summary(JsonGenerator json, Response.Summary summary) throws IOException {
    json.writeObjectFieldStart("weir");
    json.writeStringField("deployment", summary.deployment());
    json.writeStringField("route", summary.route());
    if (!summary.degradedFrom().isEmpty()) {
      json.writeStringField("degraded_from", summary.degradedFrom());
    }
    json.writeNumberField("attempts", summary.attempts());
    json.writeNumberField("cost_usd", summary.cost() * NANO);
    Delta.Came cache = summary.cache();
    if (cache != null) {
      json.writeObjectFieldStart("cache");
      json.writeStringField("status", cache.status());
      json.writeStringField("key", cache.key());
      if (cache.similarity() > 0) {
        json.writeNumberField("similarity", cache.similarity());
      }
      json.writeEndObject();
    }
    if (summary.repaired()) {
      json.writeBooleanField("repaired", true);
    }
    json.writeObjectFieldStart("latency_ms");
    for (Map.Entry<String, Duration> entry : new TreeMap<>(summary.latency()).entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue().toNanos() / 1e6);
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void time(JsonGenerator json, String name, @Nullable Instant at)
      throws IOException {
    if (at == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, at.getEpochSecond());
    }
  }

  private static void number(JsonGenerator json, String name, @Nullable Integer value)
      throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }

  private static void number(JsonGenerator json, String name, @Nullable Double value, double none)
      throws IOException {
    json.writeNumberField(name, value == null ? none : value);
  }
}
