package dev.weir.gateway.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.ErrorWriter;
import dev.weir.gateway.json.Json;
import dev.weir.gateway.json.ResponseWriter;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Turns the events of one response into the chunks of one chat completion. State of one stream; not
 * thread safe.
 */
final class Chunks {

  /** What becomes of an event. */
  sealed interface Step {}

  /** A chunk, as JSON. */
  record Write(ByteString json) implements Step {}

  /** A stop sequence has come: the run is to be cancelled; nothing but its end is told now. */
  enum Stop implements Step {
    NOW
  }

  private final boolean includeUsage;
  private final StopSequences stops;
  private final Map<String, Integer> calls = new HashMap<>();
  private @Nullable Response response;

  Chunks(ChatRequest request) {
    this.includeUsage = request.includeUsage();
    this.stops = new StopSequences(request.stop());
  }

  /** The chunks of one more event. */
  List<Step> of(ResponseEvent event) {
    if (stops.found()) {
      return event instanceof ResponseEvent.Ended(Response ended)
          ? finish(ended, Finish.STOP)
          : List.of();
    }
    return switch (event) {
      case ResponseEvent.Created(Response created) -> {
        response = created;
        yield List.of(
            delta(
                json -> {
                  json.writeStringField("role", "assistant");
                  json.writeStringField("content", "");
                }));
      }
      case ResponseEvent.Grown(Place place, String text) -> grown(place, text);
      case ResponseEvent.ItemAdded(int index, OutputItem item) -> added(item);
      case ResponseEvent.Ended(Response ended) -> ended(ended);
      case ResponseEvent.InProgress e -> List.of();
      case ResponseEvent.Resumed e -> List.of();
      case ResponseEvent.Queued e -> List.of();
      case ResponseEvent.PartAdded e -> List.of();
      case ResponseEvent.TextDone e -> List.of();
      case ResponseEvent.PartDone e -> List.of();
      case ResponseEvent.ItemDone e -> List.of();
    };
  }

  private List<Step> grown(Place place, String text) {
    return switch (place.kind()) {
      case TEXT -> {
        List<Step> steps = new ArrayList<>(content(stops.add(text)));
        if (stops.found()) {
          steps.add(Stop.NOW);
        }
        yield steps;
      }
      case REFUSAL -> List.of(delta(json -> json.writeStringField("refusal", text)));
      case REASONING -> List.of(delta(json -> json.writeStringField("reasoning_content", text)));
      case ARGUMENTS -> List.of(call(calls.getOrDefault(place.itemId(), 0), null, text));
    };
  }

  private List<Step> content(String text) {
    return text.isEmpty()
        ? List.of()
        : List.of(delta(json -> json.writeStringField("content", text)));
  }

  private List<Step> added(OutputItem item) {
    if (item instanceof OutputItem.Said(Item.FunctionCall call)) {
      List<Step> steps = new ArrayList<>(content(stops.rest()));
      int index = calls.size();
      calls.put(call.id(), index);
      steps.add(call(index, call, ""));
      return steps;
    }
    return List.of();
  }

  private Step call(int index, Item.@Nullable FunctionCall begun, String arguments) {
    return delta(
        json -> {
          json.writeArrayFieldStart("tool_calls");
          json.writeStartObject();
          json.writeNumberField("index", index);
          if (begun != null) {
            json.writeStringField("id", begun.callId());
            json.writeStringField("type", "function");
          }
          json.writeObjectFieldStart("function");
          if (begun != null) {
            json.writeStringField("name", begun.name());
          }
          json.writeStringField("arguments", arguments);
          json.writeEndObject();
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  private List<Step> ended(Response ended) {
    List<Step> steps = new ArrayList<>(content(stops.rest()));
    Optional<WeirError> failure = Finish.failure(ended);
    if (failure.isPresent()) {
      steps.add(new Write(ErrorWriter.body(failure.get())));
    } else {
      steps.addAll(finish(ended, Finish.reason(ended)));
    }
    return steps;
  }

  private List<Step> finish(Response ended, String reason) {
    Step last =
        chunk(
            json -> {
              choice(json, body -> {}, reason);
              if (includeUsage) {
                json.writeNullField("usage");
              } else {
                ResponseWriter.summary(json, ended.summary());
              }
            });
    if (!includeUsage) {
      return List.of(last);
    }
    Step usage =
        chunk(
            json -> {
              json.writeArrayFieldStart("choices");
              json.writeEndArray();
              CompletionWriter.usage(json, ended.usage());
              ResponseWriter.summary(json, ended.summary());
            });
    return List.of(last, usage);
  }

  private Step delta(Json.Writer delta) {
    return chunk(
        json -> {
          choice(json, delta, null);
          if (includeUsage) {
            json.writeNullField("usage");
          }
        });
  }

  private static void choice(JsonGenerator json, Json.Writer delta, @Nullable String reason)
      throws IOException {
    json.writeArrayFieldStart("choices");
    json.writeStartObject();
    json.writeNumberField("index", 0);
    json.writeObjectFieldStart("delta");
    delta.write(json);
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", reason);
    json.writeEndObject();
    json.writeEndArray();
  }

  private Step chunk(Json.Writer rest) {
    Response of = response;
    if (of == null) {
      throw new IllegalStateException("a response's first event creates it");
    }
    return new Write(
        Json.write(
            json -> {
              json.writeStartObject();
              CompletionWriter.head(json, "chat.completion.chunk", of);
              rest.write(json);
              json.writeEndObject();
            }));
  }
}
