package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.ErrorWriter;
import dev.weir.gateway.json.EventWriter;
import dev.weir.gateway.json.Json;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Writes what goes out on a socket, one JSON object per message. */
final class SocketWriter {

  private SocketWriter() {}

  /** An error where no response exists. */
  static ByteString error(WeirError error, @Nullable String streamId) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("type", "error");
          if (streamId != null) {
            json.writeStringField("stream_id", streamId);
          }
          json.writeNumberField("status", ErrorWriter.status(error));
          json.writeFieldName("error");
          ErrorWriter.write(json, error);
          json.writeEndObject();
        });
  }

  /** An event of a turn's response, which echoes the turn's request as it came. */
  static ByteString event(Numbered numbered, Turn turn) {
    Numbered echoed = new Numbered(numbered.number(), echo(numbered.event(), turn));
    ByteString json = EventWriter.body(echoed);
    if (turn.streamId() == null) {
      return json;
    }
    ByteString head =
        Json.write(
            object -> {
              object.writeStartObject();
              object.writeStringField("stream_id", turn.streamId());
              object.writeEndObject();
            });
    return head.dropRight(1).concat(ByteString.fromString(",")).concat(json.drop(1));
  }

  private static ResponseEvent echo(ResponseEvent event, Turn turn) {
    return switch (event) {
      case ResponseEvent.Created(Response response) ->
          new ResponseEvent.Created(response.asking(turn.request()));
      case ResponseEvent.InProgress(Response response) ->
          new ResponseEvent.InProgress(response.asking(turn.request()));
      case ResponseEvent.Ended(Response response) ->
          new ResponseEvent.Ended(response.asking(turn.request()));
      case ResponseEvent.Resumed same -> same;
      case ResponseEvent.Queued same -> same;
      case ResponseEvent.ItemAdded same -> same;
      case ResponseEvent.PartAdded same -> same;
      case ResponseEvent.Grown same -> same;
      case ResponseEvent.TextDone same -> same;
      case ResponseEvent.PartDone same -> same;
      case ResponseEvent.ItemDone same -> same;
    };
  }
}
