package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.provider.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;

/** Writes the answer to {@code POST /v1/embeddings}, in parts that follow each other. */
public final class EmbeddingWriter {

  private static final ByteString HEAD = ByteString.fromString("{\"object\":\"list\",\"data\":[");
  private static final ByteString COMMA = ByteString.fromString(",");

  private EmbeddingWriter() {}

  /** The whole answer, a vector a part: written when it is its turn, for all may be large. */
  public static Stream<ByteString> parts(EmbeddingRequest request, Vectors vectors, long tokens) {
    Stream<ByteString> data =
        IntStream.range(0, vectors.all().size())
            .mapToObj(at -> part(at, vectors.all().get(at), request.base64()));
    return Stream.concat(
        Stream.concat(Stream.of(HEAD), data), Stream.of(tail(request.model(), tokens)));
  }

  private static ByteString part(int index, ByteString vector, boolean base64) {
    ByteString written = Json.write(json -> write(json, index, vector, base64));
    return index == 0 ? written : COMMA.concat(written);
  }

  private static void write(JsonGenerator json, int index, ByteString vector, boolean base64)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("object", "embedding");
    json.writeNumberField("index", index);
    if (base64) {
      json.writeBinaryField("embedding", vector.toArrayUnsafe());
    } else {
      json.writeArrayFieldStart("embedding");
      for (float number : Vectors.floats(vector)) {
        json.writeNumber(number);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static ByteString tail(String model, long tokens) {
    ByteString object =
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeStringField("model", model);
              json.writeObjectFieldStart("usage");
              json.writeNumberField("prompt_tokens", tokens);
              json.writeNumberField("total_tokens", tokens);
              json.writeEndObject();
              json.writeEndObject();
            });
    return ByteString.fromString("],").concat(object.drop(1));
  }

  /** The parts as one. */
  public static ByteString whole(Stream<ByteString> parts) {
    List<ByteString> all = new ArrayList<>();
    parts.forEach(all::add);
    return all.stream().reduce(ByteString.emptyByteString(), ByteString::concat);
  }
}
