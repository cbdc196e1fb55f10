package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Halves;
import dev.weir.inference.provider.upstream.JsonEventReader;
import java.io.IOException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of one answer. There is no last one: the answer has ended when its bytes have.
 * Plain state, one thread at a time.
 */
final class ContentChunks extends JsonEventReader {

  private final Queue<Delta> deltas;
  private final Calls calls;
  private final Halves text = new Halves();
  private final Halves thoughts = new Halves();
  private @Nullable FinishReason finish;
  private @Nullable Usage latest;
  private @Nullable Usage usage;

  ContentChunks(Calls calls, Queue<Delta> deltas) {
    this.calls = calls;
    this.deltas = deltas;
  }

  @Override
  public @Nullable FinishReason finish() {
    return finish == FinishReason.STOP && calls.any() ? FinishReason.TOOL_CALLS : finish;
  }

  @Override
  public @Nullable Usage usage() {
    return usage;
  }

  @Override
  protected boolean event(JsonParser json) throws IOException {
    latest = null;
    chunk(json);
    if (finish != null && latest != null) {
      usage = latest;
    }
    return false;
  }

  private void chunk(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_ARRAY && name.equals("candidates")) {
        candidates(json);
      } else if (value == JsonToken.START_OBJECT && name.equals("usageMetadata")) {
        latest = ContentUsage.read(json);
      } else if (value == JsonToken.START_OBJECT && name.equals("promptFeedback")) {
        feedback(json);
      } else if (value != JsonToken.VALUE_NULL && name.equals("error")) {
        throw GeminiError.WORDS.read(json).asException();
      } else {
        json.skipChildren();
      }
    }
  }

  /** What the upstream thinks of the prompt; it answers none that it blocks. */
  private static void feedback(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.VALUE_STRING
          && name.equals("blockReason")
          && !json.getText().equals("BLOCK_REASON_UNSPECIFIED")) {
        throw UpstreamError.contentFilter().asException();
      }
      json.skipChildren();
    }
  }

  private void candidates(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.START_OBJECT) {
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.START_OBJECT && name.equals("content")) {
          content(json);
        } else if (value == JsonToken.VALUE_STRING && name.equals("finishReason")) {
          finish = reason(json.getText());
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private void content(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() != JsonToken.START_ARRAY || !name.equals("parts")) {
        json.skipChildren();
        continue;
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        said(ContentPart.read(json));
      }
    }
  }

  private void said(ContentPart part) {
    if (part.isCall()) {
      calls.add(part.id(), part.name(), part.arguments());
    }
    String whole = (part.thought() ? thoughts : text).join(part.text());
    if (!whole.isEmpty()) {
      deltas.add(part.thought() ? new Delta.Reasoning(whole) : new Delta.Text(whole));
    }
  }

  private static @Nullable FinishReason reason(String word) {
    return switch (word) {
      case "FINISH_REASON_UNSPECIFIED" -> null;
      case "MAX_TOKENS" -> FinishReason.LENGTH;
      case "SAFETY",
          "RECITATION",
          "LANGUAGE",
          "BLOCKLIST",
          "PROHIBITED_CONTENT",
          "SPII",
          "IMAGE_SAFETY",
          "OTHER" ->
          FinishReason.CONTENT_FILTER;
      case "MALFORMED_FUNCTION_CALL",
          "UNEXPECTED_TOOL_CALL",
          "TOO_MANY_TOOL_CALLS",
          "MISSING_THOUGHT_SIGNATURE",
          "MALFORMED_RESPONSE" ->
          throw UpstreamError.server().asException();
      default -> FinishReason.STOP;
    };
  }
}
