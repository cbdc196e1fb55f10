package dev.weir.inference.provider.gemini;

import dev.weir.inference.provider.EmbedderContract;
import dev.weir.inference.provider.upstream.Wire;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class GeminiEmbeddingsTest extends EmbedderContract {

  @Override
  protected Wire wire() {
    return new ContentWire();
  }

  @Override
  protected String requestLine() {
    return "POST /v1/models/m:batchEmbedContents HTTP/1.1";
  }

  @Override
  protected String request(boolean withDimensions) {
    return Stream.of("one", "zwei ü", "three\\n")
        .map(
            text ->
                "{\"model\":\"models/m\",\"content\":{\"parts\":[{\"text\":\""
                    + text
                    + "\"}]}"
                    + (withDimensions ? ",\"outputDimensionality\":2}" : "}"))
        .collect(Collectors.joining(",", "{\"requests\":[", "]}"));
  }

  @Override
  protected String answer(List<float[]> vectors, long tokens) {
    return vectors.stream()
        .map(vector -> "{\"values\":" + Arrays.toString(vector) + "}")
        .collect(
            Collectors.joining(
                ",",
                "{\"embeddings\":[",
                tokens < 0 ? "]}" : "],\"usageMetadata\":{\"promptTokenCount\":" + tokens + "}}"));
  }

  @Override
  protected List<String> rubbish() {
    String rest = "{\"values\":[1]},{\"values\":[1]}]}";
    return List.of(
        "",
        "[]",
        "hello",
        "{\"embeddings\":null}",
        "{\"embeddings\":[{\"values\":[\"x\"]}," + rest,
        "{\"embeddings\":[{\"values\":[1e99]}," + rest,
        "{\"embeddings\":[{\"values\":[]}," + rest,
        "{\"embeddings\":[{}," + rest,
        "{\"embeddings\":[{\"values\":[1]}," + rest.substring(0, 20));
  }
}
