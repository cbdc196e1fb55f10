package dev.weir.gateway.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.json.ResponseWriter;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Response;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Writes a whole chat completion, and the pieces that its chunks share with it. */
final class CompletionWriter {

  private CompletionWriter() {}

  /**
   * The completion that {@code response} amounts to.
   *
   * @param stop what to cut its text at
   */
  static ByteString body(Response response, List<String> stop) {
    return Json.write(
        json -> {
          json.writeStartObject();
          head(json, "chat.completion", response);
          json.writeArrayFieldStart("choices");
          json.writeStartObject();
          json.writeNumberField("index", 0);
          boolean stopped = message(json, response, stop);
          json.writeNullField("logprobs");
          json.writeStringField("finish_reason", stopped ? Finish.STOP : Finish.reason(response));
          json.writeEndObject();
          json.writeEndArray();
          usage(json, response.usage());
          ResponseWriter.summary(json, response.summary());
          json.writeEndObject();
        });
  }

  /** The fields that every completion and every chunk of it begins with. */
  static void head(JsonGenerator json, String object, Response response) throws IOException {
    json.writeStringField("id", "chatcmpl-" + response.id().unique());
    json.writeStringField("object", object);
    json.writeNumberField("created", response.createdAt().getEpochSecond());
    json.writeStringField("model", response.request().model());
    json.writeNullField("system_fingerprint");
  }

  /** Writes the message; tells whether its text was cut. */
  private static boolean message(JsonGenerator json, Response response, List<String> stop)
      throws IOException {
    String whole = text(response, Content.OutputText.class);
    String text = StopSequences.cut(whole, stop);
    boolean stopped = text.length() < whole.length();
    String refusal = text(response, Content.Refusal.class);
    List<Item.FunctionCall> calls =
        stopped
            ? List.of()
            : response
                .said()
                .flatMap(
                    item -> item instanceof Item.FunctionCall call ? Stream.of(call) : Stream.of())
                .toList();
    json.writeObjectFieldStart("message");
    json.writeStringField("role", "assistant");
    boolean silent = whole.isEmpty() && !(refusal.isEmpty() && calls.isEmpty());
    json.writeStringField("content", silent ? null : text);
    json.writeStringField("refusal", refusal.isEmpty() ? null : refusal);
    String thought = thought(response);
    if (!thought.isEmpty()) {
      json.writeStringField("reasoning_content", thought);
    }
    json.writeArrayFieldStart("annotations");
    json.writeEndArray();
    if (!calls.isEmpty()) {
      calls(json, calls);
    }
    json.writeEndObject();
    return stopped;
  }

  private static void calls(JsonGenerator json, List<Item.FunctionCall> calls) throws IOException {
    json.writeArrayFieldStart("tool_calls");
    for (Item.FunctionCall call : calls) {
      json.writeStartObject();
      json.writeStringField("id", call.callId());
      json.writeStringField("type", "function");
      json.writeObjectFieldStart("function");
      json.writeStringField("name", call.name());
      json.writeStringField("arguments", call.arguments());
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String text(Response response, Class<? extends Content> kind) {
    return response
        .said()
        .flatMap(
            item -> item instanceof Item.Message message ? message.content().stream() : Stream.of())
        .filter(kind::isInstance)
        .map(Content::text)
        .collect(Collectors.joining());
  }

  private static String thought(Response response) {
    return response
        .said()
        .map(item -> item instanceof Item.Reasoning reasoning ? reasoning.text() : "")
        .collect(Collectors.joining());
  }

  static void usage(JsonGenerator json, @Nullable Usage usage) throws IOException {
    json.writeFieldName("usage");
    if (usage == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeNumberField("prompt_tokens", usage.inputTokens());
    json.writeNumberField("completion_tokens", usage.outputTokens());
    json.writeNumberField("total_tokens", usage.totalTokens());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", usage.cachedInputTokens());
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoningTokens());
    json.writeEndObject();
    json.writeEndObject();
  }
}
