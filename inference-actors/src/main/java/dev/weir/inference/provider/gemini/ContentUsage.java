package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.item.Usage;
import java.io.IOException;

/** Reads {@code usageMetadata}, which counts thoughts beside the answer. */
final class ContentUsage {

  private long prompt;
  private long results;
  private long cached;
  private long answer;
  private long thoughts;

  private ContentUsage() {}

  /** Reads the object whose start was read. */
  static Usage read(JsonParser json) throws IOException {
    ContentUsage usage = new ContentUsage();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
        usage.number(name, Math.max(0, json.getLongValue()));
      } else {
        json.skipChildren();
      }
    }
    long input = usage.prompt + usage.results;
    return new Usage(
        input, Math.min(usage.cached, input), usage.answer + usage.thoughts, usage.thoughts);
  }

  private void number(String name, long value) {
    switch (name) {
      case "promptTokenCount" -> prompt = value;
      case "toolUsePromptTokenCount" -> results = value;
      case "cachedContentTokenCount" -> cached = value;
      case "candidatesTokenCount" -> answer = value;
      case "thoughtsTokenCount" -> thoughts = value;
      default -> {}
    }
  }
}
