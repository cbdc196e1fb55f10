package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.item.Usage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Collects the {@code usage} objects of one message: the first has the input, a later one the
 * output; what a later one repeats replaces. Cached input is counted beside the rest there and
 * within it here. Plain state, one thread at a time.
 */
final class MessageUsage {

  private long uncached;
  private long written;
  private long cached;
  private long output;
  private long reasoning;
  private boolean began;
  private boolean ended;

  /** Reads the first, whose start was read. */
  void begin(JsonParser json) throws IOException {
    began = true;
    read(json);
  }

  /** Reads a later one, whose start was read. */
  void end(JsonParser json) throws IOException {
    ended = true;
    read(json);
  }

  /** Reads that of a whole message, whose start was read. */
  void whole(JsonParser json) throws IOException {
    began = true;
    end(json);
  }

  private void read(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_NUMBER_INT) {
        number(name, Math.max(0, json.getLongValue()));
      } else if (value == JsonToken.START_OBJECT && name.equals("output_tokens_details")) {
        read(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void number(String name, long value) {
    switch (name) {
      case "input_tokens" -> uncached = value;
      case "cache_creation_input_tokens" -> written = value;
      case "cache_read_input_tokens" -> cached = value;
      case "output_tokens" -> output = value;
      case "thinking_tokens" -> reasoning = value;
      default -> {}
    }
  }

  /** What the whole message has used; null while its input or its output is not known. */
  @Nullable Usage total() {
    if (!began || !ended) {
      return null;
    }
    return new Usage(uncached + written + cached, cached, output, Math.min(reasoning, output));
  }
}
