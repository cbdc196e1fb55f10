package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Slice;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** Writes conversations and lists of items. */
public final class ConversationWriter {

  private ConversationWriter() {}

  public static ByteString body(String id, Map<String, String> metadata, Instant createdAt) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("id", id);
          json.writeStringField("object", "conversation");
          json.writeNumberField("created_at", createdAt.getEpochSecond());
          metadata(json, metadata);
          json.writeEndObject();
        });
  }

  /** What is answered when something is forgotten. */
  public static ByteString deleted(String id, String object) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("id", id);
          json.writeStringField("object", object);
          json.writeBooleanField("deleted", true);
          json.writeEndObject();
        });
  }

  public static ByteString item(Item item) {
    return Json.write(json -> ItemWriter.write(json, item));
  }

  /** Some items; of an empty list the ids of the first and the last are empty, as clients want. */
  public static ByteString list(Slice slice) {
    List<Item> items = slice.items();
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (Item item : items) {
            ItemWriter.write(json, item);
          }
          json.writeEndArray();
          json.writeStringField("first_id", items.isEmpty() ? "" : items.getFirst().id());
          json.writeStringField("last_id", items.isEmpty() ? "" : items.getLast().id());
          json.writeBooleanField("has_more", slice.more());
          json.writeEndObject();
        });
  }

  private static void metadata(JsonGenerator json, Map<String, String> metadata)
      throws IOException {
    json.writeObjectFieldStart("metadata");
    for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }
}
