package dev.weir.inference.provider.anthropic;

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
 * Reads the events of one message, whose fields may come in any order. Pings and events nobody
 * knows yet are skipped. Plain state, one thread at a time.
 */
final class MessageEvents extends JsonEventReader {

  private final Queue<Delta> deltas;
  private final ToolBlocks tools;
  private final MessageUsage usage = new MessageUsage();
  private final Halves text = new Halves();
  private final Halves thoughts = new Halves();
  private @Nullable FinishReason finish;

  MessageEvents(Queue<Delta> deltas) {
    this.deltas = deltas;
    this.tools = new ToolBlocks(deltas);
  }

  @Override
  public @Nullable FinishReason finish() {
    return finish;
  }

  @Override
  public @Nullable Usage usage() {
    return finish == null ? null : usage.total();
  }

  @Override
  protected boolean event(JsonParser json) throws IOException {
    Event event = new Event();
    event(json, event);
    return told(event);
  }

  /** What one event says; empty where it says nothing. */
  private static final class Event {
    private String type = "";
    private int index;
    private final Part block = new Part();
    private final Part delta = new Part();
  }

  /** A content block that begins, or more of one. */
  private static final class Part {
    private String type = "";
    private String id = "";
    private String name = "";
    private String text = "";
    private String stopReason = "";
  }

  private void event(JsonParser json, Event event) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_OBJECT) {
        object(name, json, event);
      } else if (value == JsonToken.VALUE_STRING && name.equals("type")) {
        event.type = json.getText();
      } else if (value == JsonToken.VALUE_NUMBER_INT && name.equals("index")) {
        event.index = json.getIntValue();
      } else {
        json.skipChildren();
      }
    }
  }

  private void object(String name, JsonParser json, Event event) throws IOException {
    switch (name) {
      case "content_block" -> part(json, event.block);
      case "delta" -> part(json, event.delta);
      case "usage" -> usage.end(json);
      case "message" -> message(json);
      case "error" -> throw AnthropicError.WORDS.read(json).asException();
      default -> json.skipChildren();
    }
  }

  private void message(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.START_OBJECT && name.equals("usage")) {
        usage.begin(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private static void part(JsonParser json, Part part) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.VALUE_STRING) {
        switch (name) {
          case "type" -> part.type = json.getText();
          case "id" -> part.id = json.getText();
          case "name" -> part.name = json.getText();
          case "text", "thinking", "partial_json" -> part.text = json.getText();
          case "stop_reason" -> part.stopReason = json.getText();
          default -> {}
        }
      } else {
        json.skipChildren();
      }
    }
  }

  /** Takes what an event says; whether it was the last. */
  private boolean told(Event event) {
    switch (event.type) {
      case "content_block_start" -> begun(event.index, event.block);
      case "content_block_delta" -> more(event.index, event.delta);
      case "content_block_stop" -> tools.end(event.index);
      case "message_delta" -> {
        @Nullable FinishReason told = reason(event.delta.stopReason);
        finish = told == null ? finish : told;
      }
      case "" -> throw UpstreamError.malformed().asException();
      default -> {}
    }
    return event.type.equals("message_stop");
  }

  private void begun(int index, Part block) {
    switch (block.type) {
      case "tool_use" -> tools.begin(index, block.id, block.name);
      case "text" -> text(block.text);
      case "thinking" -> thought(block.text);
      default -> {}
    }
  }

  private void more(int index, Part delta) {
    switch (delta.type) {
      case "text_delta" -> text(delta.text);
      case "thinking_delta" -> thought(delta.text);
      case "input_json_delta" -> tools.more(index, delta.text);
      default -> {}
    }
  }

  private void text(String said) {
    String whole = text.join(said);
    if (!whole.isEmpty()) {
      deltas.add(new Delta.Text(whole));
    }
  }

  private void thought(String said) {
    String whole = thoughts.join(said);
    if (!whole.isEmpty()) {
      deltas.add(new Delta.Reasoning(whole));
    }
  }

  /** What a reason to stop means; null where there is none. */
  static @Nullable FinishReason reason(String word) {
    return switch (word) {
      case "" -> null;
      case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
      case "tool_use" -> FinishReason.TOOL_CALLS;
      case "refusal" -> FinishReason.CONTENT_FILTER;
      default -> FinishReason.STOP;
    };
  }
}
