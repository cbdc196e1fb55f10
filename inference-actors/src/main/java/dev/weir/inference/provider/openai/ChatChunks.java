package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Halves;
import dev.weir.inference.provider.upstream.JsonEventReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of one chat completion, token by token of their JSON, into deltas. Remembers how
 * the completion ended and what it used. Plain state, one thread at a time.
 */
final class ChatChunks extends JsonEventReader {

  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  private final Queue<Delta> deltas;
  private final ToolCalls toolCalls;
  private final Halves text = new Halves();
  private final Halves reasoning = new Halves();
  private final Halves refusal = new Halves();
  private @Nullable FinishReason finish;
  private @Nullable Usage usage;

  /**
   * @param deltas where the deltas go
   */
  ChatChunks(Queue<Delta> deltas) {
    this.deltas = deltas;
    this.toolCalls = new ToolCalls(deltas);
  }

  @Override
  public @Nullable FinishReason finish() {
    return finish == FinishReason.STOP && toolCalls.any() ? FinishReason.TOOL_CALLS : finish;
  }

  @Override
  public @Nullable Usage usage() {
    return usage;
  }

  @Override
  public boolean read(byte[] buffer, int offset, int length) {
    return Arrays.equals(buffer, offset, offset + length, DONE, 0, DONE.length)
        || super.read(buffer, offset, length);
  }

  /** A chunk of a completion, or a whole one. */
  @Override
  protected boolean event(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_ARRAY && name.equals("choices")) {
        choices(json);
      } else if (value == JsonToken.START_OBJECT && name.equals("usage")) {
        usage = ChatUsage.read(json);
      } else if (value != JsonToken.VALUE_NULL && name.equals("error")) {
        throw ChatError.WORDS.read(json).asException();
      } else {
        json.skipChildren();
      }
    }
    return false;
  }

  private void choices(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.START_OBJECT) {
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.START_OBJECT && (name.equals("delta") || name.equals("message"))) {
          delta(json);
        } else if (value == JsonToken.VALUE_STRING && name.equals("finish_reason")) {
          finish = reason(json.getText());
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private void delta(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        said(name, json);
      } else if (value == JsonToken.START_ARRAY && name.equals("tool_calls")) {
        toolCalls.read(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void said(String name, JsonParser json) throws IOException {
    switch (name) {
      case "content" -> {
        String whole = text.join(json.getText());
        if (!whole.isEmpty()) {
          deltas.add(new Delta.Text(whole));
        }
      }
      case "reasoning_content", "reasoning" -> {
        String whole = reasoning.join(json.getText());
        if (!whole.isEmpty()) {
          deltas.add(new Delta.Reasoning(whole));
        }
      }
      case "refusal" -> {
        String whole = refusal.join(json.getText());
        if (!whole.isEmpty()) {
          deltas.add(new Delta.Refusal(whole));
        }
      }
      default -> {}
    }
  }

  private static @Nullable FinishReason reason(String word) {
    return switch (word) {
      case "" -> null;
      case "length", "max_tokens" -> FinishReason.LENGTH;
      case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
      case "content_filter" -> FinishReason.CONTENT_FILTER;
      case "error", "abort" -> throw UpstreamError.server().asException();
      default -> FinishReason.STOP;
    };
  }
}
