package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the bodies of all upstreams' requests are made with. */
public final class RequestJson {

  private static final JsonFactory JSON = new JsonFactory();

  private RequestJson() {}

  /** Writes the fields of one object. */
  @FunctionalInterface
  public interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /** One object, in UTF-8. */
  public static byte[] object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes a number, unless it is null. */
  public static void number(String name, @Nullable Double value, JsonGenerator json)
      throws IOException {
    if (value != null) {
      json.writeNumberField(name, value);
    }
  }

  /** Writes a text, unless it is empty. */
  public static void text(String name, String value, JsonGenerator json) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }

  /** The tools the model may see. */
  public static List<Tool> tools(ModelCall call) {
    return call.toolChoice() instanceof ToolChoice.Allowed allowed
        ? call.tools().stream().filter(tool -> allowed.names().contains(tool.name())).toList()
        : call.tools();
  }

  /**
   * Copies JSON text value by value, so that it cannot reach beyond its place.
   *
   * @param param what to name when it is no JSON
   */
  public static void copy(String param, String text, JsonGenerator json) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw WeirError.invalid(param, param + " must be a JSON object.").asException();
      }
      json.copyCurrentStructure(parser);
    } catch (JsonProcessingException unreadable) {
      throw WeirError.invalid(param, param + " must be a JSON object.").asException();
    }
  }

  /** Whether the text is one JSON object and nothing else. */
  public static boolean isObject(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
    } catch (IOException noJson) {
      return false;
    }
  }
}
