package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Kind;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import java.io.IOException;
import org.apache.pekko.util.ByteString;

/** Writes a response's events, each one JSON object. */
public final class EventWriter {

  private EventWriter() {}

  /** The event's JSON. */
  public static ByteString body(Numbered numbered) {
    return Json.write(json -> write(json, numbered));
  }

  /** The event's name, as in its {@code type} field. */
  public static String type(ResponseEvent event) {
    return switch (event) {
      case ResponseEvent.Created e -> "response.created";
      case ResponseEvent.InProgress e -> "response.in_progress";
      case ResponseEvent.Resumed e -> "weir:attempt";
      case ResponseEvent.Queued e -> "weir:queued";
      case ResponseEvent.ItemAdded e -> "response.output_item.added";
      case ResponseEvent.PartAdded e -> "response.content_part.added";
      case ResponseEvent.Grown(Place place, String delta) -> text(place.kind()) + ".delta";
      case ResponseEvent.TextDone(Place place, String text) -> text(place.kind()) + ".done";
      case ResponseEvent.PartDone e -> "response.content_part.done";
      case ResponseEvent.ItemDone e -> "response.output_item.done";
      case ResponseEvent.Ended(Response response) -> ended(response.status());
    };
  }

  private static String text(Kind kind) {
    return switch (kind) {
      case TEXT -> "response.output_text";
      case REFUSAL -> "response.refusal";
      case ARGUMENTS -> "response.function_call_arguments";
      case REASONING -> "response.reasoning_text";
    };
  }

  private static String ended(Response.Status status) {
    return switch (status) {
      case COMPLETED -> "response.completed";
      case FAILED -> "response.failed";
      case INCOMPLETE, CANCELLED -> "response.incomplete";
      case QUEUED, IN_PROGRESS -> throw new IllegalArgumentException(status + " is not an end");
    };
  }

  private static void write(JsonGenerator json, Numbered numbered) throws IOException {
    ResponseEvent event = numbered.event();
    json.writeStartObject();
    json.writeStringField("type", type(event));
    json.writeNumberField("sequence_number", numbered.number());
    switch (event) {
      case ResponseEvent.Created(Response response) -> response(json, response);
      case ResponseEvent.InProgress(Response response) -> response(json, response);
      case ResponseEvent.Resumed(int epoch) -> json.writeNumberField("epoch", epoch);
      case ResponseEvent.Queued(int position) -> json.writeNumberField("position", position);
      case ResponseEvent.ItemAdded added -> {
        json.writeNumberField("output_index", added.outputIndex());
        json.writeFieldName("item");
        ItemWriter.write(json, added.item());
      }
      case ResponseEvent.ItemDone done -> {
        json.writeNumberField("output_index", done.outputIndex());
        json.writeFieldName("item");
        ItemWriter.write(json, done.item());
      }
      case ResponseEvent.PartAdded(Place place, var part) -> {
        place(json, place);
        json.writeFieldName("part");
        ItemWriter.write(json, part);
      }
      case ResponseEvent.PartDone(Place place, var part) -> {
        place(json, place);
        json.writeFieldName("part");
        ItemWriter.write(json, part);
      }
      case ResponseEvent.Grown(Place place, String delta) -> {
        place(json, place);
        json.writeStringField("delta", delta);
        logprobs(json, place);
      }
      case ResponseEvent.TextDone(Place place, String text) -> {
        place(json, place);
        json.writeStringField(done(place.kind()), text);
        logprobs(json, place);
      }
      case ResponseEvent.Ended(Response response) -> response(json, response);
    }
    json.writeEndObject();
  }

  private static String done(Kind kind) {
    return switch (kind) {
      case TEXT, REASONING -> "text";
      case REFUSAL -> "refusal";
      case ARGUMENTS -> "arguments";
    };
  }

  private static void response(JsonGenerator json, Response response) throws IOException {
    json.writeFieldName("response");
    ResponseWriter.write(json, response);
  }

  private static void place(JsonGenerator json, Place place) throws IOException {
    json.writeStringField("item_id", place.itemId());
    json.writeNumberField("output_index", place.outputIndex());
    if (place.kind() != Kind.ARGUMENTS) {
      json.writeNumberField("content_index", place.contentIndex());
    }
  }

  private static void logprobs(JsonGenerator json, Place place) throws IOException {
    if (place.kind() == Kind.TEXT) {
      json.writeArrayFieldStart("logprobs");
      json.writeEndArray();
    }
  }
}
