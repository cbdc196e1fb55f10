package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.json.ResponseRequestReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads a client's messages, each one JSON object with a {@code type}. Thread safe. */
final class MessageParser {

  private final ResponseRequestReader requests;

  MessageParser(ResponseRequestReader requests) {
    this.requests = requests;
  }

  /** Reads one message; what is wrong with it is a {@link ClientMessage.Bad}. */
  ClientMessage parse(String text) {
    String streamId = null;
    try {
      Fields message = Fields.of(Json.readObject(text.getBytes(StandardCharsets.UTF_8)));
      streamId = message.string("stream_id");
      return understand(message, streamId, text.length());
    } catch (WeirException wrong) {
      return new ClientMessage.Bad(wrong.error(), streamId);
    }
  }

  private ClientMessage understand(Fields message, @Nullable String streamId, int length) {
    String type = message.required("type");
    return switch (type) {
      case "response.create" -> new ClientMessage.Create(turn(message, streamId, length));
      case "response.cancel", "weir:response.cancel" ->
          new ClientMessage.Cancel(message.string("response_id"), message.string("event_id"));
      default ->
          throw message.error(
              "type",
              "Invalid value: '%s' for 'type'; supported: response.create, weir:response.cancel."
                  .formatted(type));
    };
  }

  private Turn turn(Fields message, @Nullable String streamId, int length) {
    Fields nested = message.object("response");
    Fields body = nested == null ? message : nested;
    return new Turn(
        requests.read(body),
        body.bool("generate", message.bool("generate", true)),
        message.string("event_id"),
        streamId,
        length);
  }

  /** A binary frame. */
  static ClientMessage binary() {
    return new ClientMessage.Bad(
        new WeirError.InvalidRequest(
            "binary_message", "Messages must be text, one JSON object each.", null),
        null);
  }
}
