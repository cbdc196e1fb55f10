package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.OutputItem;
import java.io.IOException;
import java.util.Locale;

/** Writes items and what they hold. */
public final class ItemWriter {

  private ItemWriter() {}

  static void write(JsonGenerator json, OutputItem item) throws IOException {
    switch (item) {
      case OutputItem.Said(Item said) -> write(json, said);
      case OutputItem.Step step -> step(json, step);
    }
  }

  public static void write(JsonGenerator json, Item item) throws IOException {
    json.writeStartObject();
    switch (item) {
      case Item.Message message -> {
        head(json, "message", item);
        json.writeStringField("role", word(message.role()));
        json.writeArrayFieldStart("content");
        for (Content part : message.content()) {
          write(json, part);
        }
        json.writeEndArray();
      }
      case Item.FunctionCall call -> {
        head(json, "function_call", item);
        json.writeStringField("call_id", call.callId());
        json.writeStringField("name", call.name());
        json.writeStringField("arguments", call.arguments());
      }
      case Item.FunctionCallOutput output -> {
        head(json, "function_call_output", item);
        json.writeStringField("call_id", output.callId());
        json.writeStringField("output", output.output());
      }
      case Item.Reasoning reasoning -> {
        head(json, "reasoning", item);
        json.writeArrayFieldStart("summary");
        json.writeEndArray();
        json.writeArrayFieldStart("content");
        if (!reasoning.text().isEmpty()) {
          reasoningPart(json, reasoning.text());
        }
        json.writeEndArray();
      }
    }
    json.writeEndObject();
  }

  private static void head(JsonGenerator json, String type, Item item) throws IOException {
    json.writeStringField("type", type);
    json.writeStringField("id", item.id());
    json.writeStringField("status", word(item.status()));
  }

  private static void reasoningPart(JsonGenerator json, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "reasoning_text");
    json.writeStringField("text", text);
    json.writeEndObject();
  }

  static void write(JsonGenerator json, Content part) throws IOException {
    json.writeStartObject();
    switch (part) {
      case Content.InputText(String text) -> {
        json.writeStringField("type", "input_text");
        json.writeStringField("text", text);
      }
      case Content.InputImage(String url, String detail) -> {
        json.writeStringField("type", "input_image");
        json.writeStringField("image_url", url);
        json.writeStringField("detail", detail);
      }
      case Content.OutputText(String text) -> {
        json.writeStringField("type", "output_text");
        json.writeStringField("text", text);
        json.writeArrayFieldStart("annotations");
        json.writeEndArray();
        json.writeArrayFieldStart("logprobs");
        json.writeEndArray();
      }
      case Content.Refusal(String text) -> {
        json.writeStringField("type", "refusal");
        json.writeStringField("refusal", text);
      }
    }
    json.writeEndObject();
  }

  private static void step(JsonGenerator json, OutputItem.Step step) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "weir:step");
    json.writeStringField("id", step.id());
    json.writeStringField("name", step.name());
    json.writeStringField("status", step.error() == null ? word(step.status()) : "failed");
    json.writeNumberField("attempt", step.attempt());
    json.writeStringField("model", step.model());
    json.writeNumberField("started_at", step.startedAt().getEpochSecond());
    if (step.duration() == null) {
      json.writeNullField("duration_ms");
    } else {
      json.writeNumberField("duration_ms", step.duration().toMillis());
    }
    json.writeFieldName("usage");
    if (step.usage() == null) {
      json.writeNull();
    } else {
      usage(json, step.usage());
    }
    json.writeFieldName("error");
    if (step.error() == null) {
      json.writeNull();
    } else {
      ErrorWriter.write(json, step.error());
    }
    json.writeEndObject();
  }

  static void usage(JsonGenerator json, Usage usage) throws IOException {
    json.writeStartObject();
    json.writeNumberField("input_tokens", usage.inputTokens());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("cached_tokens", usage.cachedInputTokens());
    json.writeNumberField("cache_write_tokens", 0);
    json.writeEndObject();
    json.writeNumberField("output_tokens", usage.outputTokens());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoningTokens());
    json.writeEndObject();
    json.writeNumberField("total_tokens", usage.totalTokens());
    json.writeEndObject();
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
