package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.response.Response;
import java.io.IOException;
import java.util.stream.Collectors;
import org.apache.pekko.util.ByteString;

/** Writes a response of the summarising pipeline as its summary alone. */
public final class SummaryWriter {

  private SummaryWriter() {}

  public static ByteString body(Response response) {
    return Json.write(json -> write(json, response));
  }

  private static void write(JsonGenerator json, Response response) throws IOException {
    var request = response.request();
    json.writeStartObject();
    json.writeStringField("id", response.id().toString());
    json.writeStringField("object", "summary");
    json.writeNumberField("created_at", response.createdAt().getEpochSecond());
    json.writeStringField("status", ItemWriter.word(response.status()));
    json.writeStringField(
        "model", request.metadata().getOrDefault("summarize.model", request.model()));
    json.writeStringField("summary", text(response));
    ResponseWriter.error(json, response);
    ResponseWriter.incomplete(json, response.incompleteReason());
    json.writeFieldName("usage");
    if (response.usage() == null) {
      json.writeNull();
    } else {
      ItemWriter.usage(json, response.usage());
    }
    ResponseWriter.summary(json, response.summary());
    json.writeEndObject();
  }

  private static String text(Response response) {
    return response
        .said()
        .filter(Item.Message.class::isInstance)
        .map(item -> ((Item.Message) item).text())
        .collect(Collectors.joining("\n\n"));
  }
}
