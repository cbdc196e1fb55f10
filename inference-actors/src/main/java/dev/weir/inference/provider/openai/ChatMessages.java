package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes items as chat messages. What the assistant says and calls in a row is one message; shown
 * reasoning is left out, as upstreams do not take it back.
 */
final class ChatMessages {

  private final JsonGenerator json;
  private final List<String> said = new ArrayList<>();
  private final List<Item.FunctionCall> called = new ArrayList<>();

  private ChatMessages(JsonGenerator json) {
    this.json = json;
  }

  /**
   * Writes the field {@code messages}.
   *
   * @param marked whether what the answer goes on after is marked as that
   */
  static void write(ModelCall call, boolean marked, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("messages");
    ChatMessages messages = new ChatMessages(json);
    if (!call.instructions().isEmpty()) {
      messages.text("system", call.instructions());
    }
    for (Item item : call.items()) {
      messages.add(item);
    }
    messages.assistant();
    if (!call.prefix().isEmpty()) {
      messages.prefix(call.prefix(), marked);
    }
    json.writeEndArray();
  }

  private void prefix(String text, boolean marked) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", "assistant");
    json.writeStringField("content", text);
    if (marked) {
      json.writeBooleanField("prefix", true);
    }
    json.writeEndObject();
  }

  private void add(Item item) throws IOException {
    switch (item) {
      case Item.Message message -> {
        if (message.role() == Role.ASSISTANT) {
          said.add(message.text());
        } else {
          assistant();
          message(message);
        }
      }
      case Item.FunctionCall call -> called.add(call);
      case Item.FunctionCallOutput output -> {
        assistant();
        json.writeStartObject();
        json.writeStringField("role", "tool");
        json.writeStringField("tool_call_id", output.callId());
        json.writeStringField("content", output.output());
        json.writeEndObject();
      }
      case Item.Reasoning reasoning -> {}
    }
  }

  private void message(Item.Message message) throws IOException {
    String role = message.role() == Role.USER ? "user" : "system";
    if (message.content().stream().noneMatch(Content.InputImage.class::isInstance)) {
      text(role, message.text());
      return;
    }
    json.writeStartObject();
    json.writeStringField("role", role);
    json.writeArrayFieldStart("content");
    for (Content part : message.content()) {
      part(part);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void part(Content part) throws IOException {
    json.writeStartObject();
    if (part instanceof Content.InputImage(String url, String detail)) {
      json.writeStringField("type", "image_url");
      json.writeObjectFieldStart("image_url");
      json.writeStringField("url", url);
      if (!detail.isEmpty()) {
        json.writeStringField("detail", detail);
      }
      json.writeEndObject();
    } else {
      json.writeStringField("type", "text");
      json.writeStringField("text", part.text());
    }
    json.writeEndObject();
  }

  private void text(String role, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", role);
    json.writeStringField("content", text);
    json.writeEndObject();
  }

  /** Ends the assistant's turn, if there is one. */
  private void assistant() throws IOException {
    if (said.isEmpty() && called.isEmpty()) {
      return;
    }
    json.writeStartObject();
    json.writeStringField("role", "assistant");
    if (said.isEmpty()) {
      json.writeNullField("content");
    } else {
      json.writeStringField("content", said.stream().collect(Collectors.joining("\n")));
    }
    if (!called.isEmpty()) {
      calls();
    }
    json.writeEndObject();
    said.clear();
    called.clear();
  }

  private void calls() throws IOException {
    json.writeArrayFieldStart("tool_calls");
    for (Item.FunctionCall call : called) {
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
}
