package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import dev.weir.cluster.error.WeirError;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** Reading JSON text into trees and writing it with a generator. Thread safe. */
public final class Json {

  private static final int DEEPEST = 200;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxStringLength(Integer.MAX_VALUE)
                      .maxNestingDepth(DEEPEST)
                      .build())
              .build());

  private static final ObjectWriter SORTED =
      MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

  private Json() {}

  /** Something that writes itself with a generator. */
  @FunctionalInterface
  public interface Writer {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * Reads a request body, which must be one JSON object.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request, with line and column
   */
  public static JsonNode readObject(byte[] body) {
    if (Surrogates.broken(body)) {
      throw invalid("The body is not valid Unicode: an escape stands for half a character.")
          .asException();
    }
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node != null && node.isObject()) {
        return node;
      }
      throw invalid("The body must be a JSON object.").asException();
    } catch (JsonProcessingException malformed) {
      var at = malformed.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw invalid("The body is not valid JSON" + place + ".").asException();
    } catch (IOException unreadable) {
      throw invalid("The body is not valid UTF-8.").asException();
    }
  }

  /** Reads JSON text that Weir itself or a model wrote; fails on anything else. */
  static JsonNode parse(String text) throws IOException {
    return MAPPER.readTree(text);
  }

  /** The node in UTF-8, each object's fields in the order of their names. */
  static byte[] sorted(JsonNode node) {
    try {
      return SORTED.writeValueAsBytes(node);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static String text(JsonNode node) {
    return node.toString();
  }

  /** What {@code writer} writes, in UTF-8. */
  public static ByteString write(Writer writer) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
      try (JsonGenerator json = MAPPER.getFactory().createGenerator(bytes)) {
        writer.write(json);
      }
      return ByteString.fromArrayUnsafe(bytes.toByteArray());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Writes a field that is an array of strings. */
  public static void writeStrings(JsonGenerator json, String name, Iterable<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static WeirError invalid(String message) {
    return new WeirError.InvalidRequest("invalid_json", message, null);
  }
}
