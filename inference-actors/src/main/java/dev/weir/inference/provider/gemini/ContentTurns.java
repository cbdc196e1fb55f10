package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.provider.upstream.InlineImage;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.provider.upstream.Turns;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes system text and turns as contents of parts.
 *
 * <p>Models since 3 sign the first call of a turn and refuse it without the signature, which nobody
 * here keeps: it goes with the word that Google documents for calls that come from elsewhere.
 */
final class ContentTurns {

  private static final String FROM_ELSEWHERE = "skip_thought_signature_validator";

  private final Map<String, String> names = new HashMap<>();
  private final boolean signed;
  private final JsonGenerator json;

  ContentTurns(List<Item> items, boolean signed, JsonGenerator json) {
    for (Item item : items) {
      if (item instanceof Item.FunctionCall call) {
        names.put(call.callId(), call.name());
      }
    }
    this.signed = signed;
    this.json = json;
  }

  /** Writes the field {@code systemInstruction}, unless there is nothing to say. */
  void system(List<String> texts) throws IOException {
    if (texts.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("systemInstruction");
    json.writeArrayFieldStart("parts");
    for (String text : texts) {
      json.writeStartObject();
      json.writeStringField("text", text);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Writes the field {@code contents}. */
  void write(Turns turns) throws IOException {
    json.writeArrayFieldStart("contents");
    for (Turns.Turn turn : turns.turns()) {
      json.writeStartObject();
      json.writeStringField("role", turn.byModel() ? "model" : "user");
      json.writeArrayFieldStart("parts");
      boolean called = false;
      for (Turns.Piece piece : turn.pieces()) {
        json.writeStartObject();
        part(piece);
        if (piece instanceof Turns.Called && signed && !called) {
          json.writeStringField("thoughtSignature", FROM_ELSEWHERE);
          called = true;
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void part(Turns.Piece piece) throws IOException {
    switch (piece) {
      case Turns.Said(Content.InputImage image) -> image(image.url());
      case Turns.Said(Content content) -> json.writeStringField("text", content.text());
      case Turns.Called(Item.FunctionCall call) -> call(call);
      case Turns.Returned(Item.FunctionCallOutput output) -> output(output);
    }
  }

  private void call(Item.FunctionCall call) throws IOException {
    json.writeObjectFieldStart("functionCall");
    json.writeStringField("id", call.callId());
    json.writeStringField("name", call.name());
    json.writeFieldName("args");
    RequestJson.copy("input", call.arguments().isBlank() ? "{}" : call.arguments(), json);
    json.writeEndObject();
  }

  /** A result is an object there; what is none becomes the field {@code output} of one. */
  private void output(Item.FunctionCallOutput output) throws IOException {
    json.writeObjectFieldStart("functionResponse");
    json.writeStringField("id", output.callId());
    json.writeStringField("name", names.getOrDefault(output.callId(), output.callId()));
    if (RequestJson.isObject(output.output())) {
      json.writeFieldName("response");
      RequestJson.copy("input", output.output(), json);
    } else {
      json.writeObjectFieldStart("response");
      json.writeStringField("output", output.output());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void image(String url) throws IOException {
    @Nullable InlineImage inline = InlineImage.of(url);
    if (inline == null) {
      json.writeObjectFieldStart("fileData");
      json.writeStringField("fileUri", url);
    } else {
      json.writeObjectFieldStart("inlineData");
      json.writeStringField("mimeType", inline.mediaType());
      json.writeStringField("data", inline.data());
    }
    json.writeEndObject();
  }
}
