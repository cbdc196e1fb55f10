package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.provider.upstream.InlineImage;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.provider.upstream.Turns;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes system text and turns as blocks, of which some are marked for the prompt cache. */
final class MessageTurns {

  private final boolean cached;
  private final JsonGenerator json;

  MessageTurns(boolean cached, JsonGenerator json) {
    this.cached = cached;
    this.json = json;
  }

  /** Writes the field {@code system}, unless there is nothing to say. */
  void system(List<String> texts) throws IOException {
    if (texts.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("system");
    for (int i = 0; i < texts.size(); i++) {
      json.writeStartObject();
      text(texts.get(i));
      if (cached && i == texts.size() - 1) {
        mark(json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes the field {@code messages}. */
  void write(Turns turns) throws IOException {
    json.writeArrayFieldStart("messages");
    int newest = turns.turns().size() - 1;
    for (int i = 0; i <= newest; i++) {
      turn(turns.turns().get(i), cached && i == newest && turns.continues());
    }
    json.writeEndArray();
  }

  private void turn(Turns.Turn turn, boolean marked) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", turn.byModel() ? "assistant" : "user");
    json.writeArrayFieldStart("content");
    int last = turn.pieces().size() - 1;
    for (int i = 0; i <= last; i++) {
      json.writeStartObject();
      piece(turn.pieces().get(i));
      if (marked && i == last) {
        mark(json);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Asks the upstream to keep everything up to the block that is being written. */
  static void mark(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("cache_control");
    json.writeStringField("type", "ephemeral");
    json.writeEndObject();
  }

  private void piece(Turns.Piece piece) throws IOException {
    switch (piece) {
      case Turns.Said(Content.InputImage image) -> image(image.url());
      case Turns.Said(Content content) -> text(content.text());
      case Turns.Called(Item.FunctionCall call) -> {
        json.writeStringField("type", "tool_use");
        json.writeStringField("id", id(call.callId()));
        json.writeStringField("name", call.name());
        json.writeFieldName("input");
        RequestJson.copy("input", call.arguments().isBlank() ? "{}" : call.arguments(), json);
      }
      case Turns.Returned(Item.FunctionCallOutput output) -> {
        json.writeStringField("type", "tool_result");
        json.writeStringField("tool_use_id", id(output.callId()));
        json.writeStringField("content", output.output());
      }
    }
  }

  /** The upstream allows fewer characters than those who made the call may have used. */
  private static String id(String callId) {
    return callId.replaceAll("[^a-zA-Z0-9_-]", "_");
  }

  private void text(String text) throws IOException {
    json.writeStringField("type", "text");
    json.writeStringField("text", text);
  }

  private void image(String url) throws IOException {
    @Nullable InlineImage inline = InlineImage.of(url);
    json.writeStringField("type", "image");
    json.writeObjectFieldStart("source");
    if (inline == null) {
      json.writeStringField("type", "url");
      json.writeStringField("url", url);
    } else {
      json.writeStringField("type", "base64");
      json.writeStringField("media_type", inline.mediaType());
      json.writeStringField("data", inline.data());
    }
    json.writeEndObject();
  }
}
