package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.item.Usage;
import java.io.IOException;

/** Reads the {@code usage} object of a chat completion. */
final class ChatUsage {

  private long input;
  private long cached;
  private long output;
  private long reasoning;

  private ChatUsage() {}

  /** Reads the object whose start was read. */
  static Usage read(JsonParser json) throws IOException {
    ChatUsage usage = new ChatUsage();
    usage.object(json);
    return new Usage(
        usage.input,
        Math.min(usage.cached, usage.input),
        usage.output,
        Math.min(usage.reasoning, usage.output));
  }

  private void object(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_NUMBER_INT) {
        number(name, Math.max(0, json.getLongValue()));
      } else if (value == JsonToken.START_OBJECT && name.endsWith("_tokens_details")) {
        object(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void number(String name, long value) {
    switch (name) {
      case "prompt_tokens" -> input = value;
      case "completion_tokens" -> output = value;
      case "cached_tokens" -> cached = value;
      case "reasoning_tokens" -> reasoning = value;
      default -> {}
    }
  }
}
