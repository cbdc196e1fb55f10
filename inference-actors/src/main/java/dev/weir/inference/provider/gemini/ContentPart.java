package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;

/**
 * One part of an answer: text, a thought or a call.
 *
 * @param thought whether the text is one
 * @param isCall whether it is a call, which has the last three
 */
record ContentPart(
    String text, boolean thought, boolean isCall, String id, String name, String arguments) {

  private static final JsonFactory JSON = new JsonFactory();

  /** Reads the object whose start was read. */
  static ContentPart read(JsonParser json) throws IOException {
    Reader reader = new Reader();
    reader.part(json);
    return new ContentPart(
        reader.text, reader.thought, reader.call, reader.id, reader.name, reader.arguments);
  }

  private static final class Reader {

    private String text = "";
    private boolean thought;
    private boolean call;
    private String id = "";
    private String name = "";
    private String arguments = "{}";

    void part(JsonParser json) throws IOException {
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING && field.equals("text")) {
          text = json.getText();
        } else if (value == JsonToken.VALUE_TRUE && field.equals("thought")) {
          thought = true;
        } else if (value == JsonToken.START_OBJECT && field.equals("functionCall")) {
          call(json);
        } else {
          json.skipChildren();
        }
      }
    }

    private void call(JsonParser json) throws IOException {
      call = true;
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING && field.equals("id")) {
          id = json.getText();
        } else if (value == JsonToken.VALUE_STRING && field.equals("name")) {
          name = json.getText();
        } else if (value == JsonToken.START_OBJECT && field.equals("args")) {
          arguments = text(json);
        } else {
          json.skipChildren();
        }
      }
    }

    private static String text(JsonParser json) throws IOException {
      StringWriter text = new StringWriter();
      try (JsonGenerator copy = JSON.createGenerator(text)) {
        copy.copyCurrentStructure(json);
      }
      return text.toString();
    }
  }
}
