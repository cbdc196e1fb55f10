package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the fields of a complaint wherever they are: at the top, in {@code error}, in an array, in
 * {@code details}. What is inside {@code error} wins. Plain state, used once.
 */
final class ComplaintParser {

  private final Map<String, String> outside = new HashMap<>();
  private final Map<String, String> inside = new HashMap<>();

  Complaint complaint() {
    return new Complaint(
        get("code"),
        get("type"),
        get("status"),
        get("message"),
        get("param"),
        get("reason"),
        get("retryDelay"));
  }

  private String get(String field) {
    return inside.getOrDefault(field, outside.getOrDefault(field, ""));
  }

  /** Reads the value the parser stands at. */
  void value(JsonParser json) throws IOException {
    value(json, outside);
  }

  private void value(JsonParser json, Map<String, String> fields) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      fields.put("message", json.getText());
    } else if (json.currentToken() == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY && json.currentToken() != null) {
        value(json, fields);
      }
    } else if (json.currentToken() == JsonToken.START_OBJECT) {
      object(json, fields);
    }
  }

  private void object(JsonParser json, Map<String, String> fields) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      if (name.equals("error")) {
        value(json, inside);
      } else if (name.equals("details")) {
        value(json, fields);
      } else if (json.currentToken().isScalarValue()) {
        fields.put(name, json.getText());
      } else {
        json.skipChildren();
      }
    }
  }
}
