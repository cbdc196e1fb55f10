package dev.weir.inference.provider.openai;

import dev.weir.inference.provider.EmbedderContract;
import dev.weir.inference.provider.upstream.Wire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code /embeddings} with numbers and base64 in turns, and in reverse order: the index counts. */
class OpenAiEmbeddingsTest extends EmbedderContract {

  @Override
  protected Wire wire() {
    return new ChatWire();
  }

  @Override
  protected String requestLine() {
    return "POST /v1/embeddings HTTP/1.1";
  }

  @Override
  protected String request(boolean withDimensions) {
    return "{\"model\":\"m\",\"input\":[\"one\",\"zwei ü\",\"three\\n"
        + "\"],\"encoding_format\":\"float\""
        + (withDimensions ? ",\"dimensions\":2}" : "}");
  }

  @Override
  protected String answer(List<float[]> vectors, long tokens) {
    return IntStream.range(0, vectors.size())
        .map(at -> vectors.size() - 1 - at)
        .mapToObj(at -> one(at, vectors.get(at)))
        .collect(
            Collectors.joining(
                ",",
                "{\"object\":\"list\",\"model\":\"m\",\"data\":[",
                tokens < 0
                    ? "]}"
                    : "],\"usage\":{\"prompt_tokens\":%1$d,\"total_tokens\":%1$d}}"
                        .formatted(tokens)));
  }

  private static String one(int index, float[] vector) {
    return "{\"object\":\"embedding\",\"embedding\":"
        + (index % 2 == 0 ? Arrays.toString(vector) : "\"" + base64(vector) + "\"")
        + ",\"index\":"
        + index
        + "}";
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  @Override
  protected List<String> rubbish() {
    String rest = "{\"index\":1,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}";
    return List.of(
        "",
        "[]",
        "hello",
        "{\"data\":null}",
        "{\"data\":{}}",
        "{\"data\":[{\"index\":0,\"embedding\":[1,\"x\"]}," + rest,
        "{\"data\":[{\"index\":0,\"embedding\":[1e99]}," + rest,
        "{\"data\":[{\"index\":0,\"embedding\":\"AAAAAA=\"}," + rest,
        "{\"data\":[{\"index\":0,\"embedding\":\"AAA=\"}," + rest,
        "{\"data\":[{\"index\":0,\"embedding\":null}," + rest,
        "{\"data\":[{\"index\":1,\"embedding\":[1]}," + rest,
        "{\"data\":[{\"index\":3,\"embedding\":[1]}," + rest,
        "{\"data\":[{\"index\":0,\"embedding\":[1]}," + rest.substring(0, 50));
  }
}
