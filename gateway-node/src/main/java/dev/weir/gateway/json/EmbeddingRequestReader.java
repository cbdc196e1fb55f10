package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.EmbedCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/embeddings}. Unknown fields are ignored. */
public final class EmbeddingRequestReader {

  private static final int MOST_INPUTS = 2048;
  private static final int MOST_DIMENSIONS = 65_536;
  private static final List<String> FORMATS = List.of("float", "base64");

  private EmbeddingRequestReader() {}

  /**
   * Reads the whole request.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request
   */
  public static EmbeddingRequest read(Fields body) {
    String model = body.required("model");
    List<String> inputs = inputs(body);
    @Nullable Integer dimensions = body.integer("dimensions", 1, MOST_DIMENSIONS);
    @Nullable String format = body.oneOf("encoding_format", FORMATS);
    body.string("user");
    return new EmbeddingRequest(
        model, new EmbedCall(inputs, dimensions == null ? 0 : dimensions), "base64".equals(format));
  }

  private static List<String> inputs(Fields body) {
    @Nullable JsonNode input = body.raw("input");
    if (input == null) {
      throw body.error("input", "Missing required parameter: 'input'.");
    }
    if (input.isArray()
        && !input.isEmpty()
        && (input.get(0).isNumber() || input.get(0).isArray())) {
      throw body.error("input", "Token ids are not served: send 'input' as text.");
    }
    List<String> inputs =
        input.isArray() ? body.strings("input", MOST_INPUTS) : List.of(body.required("input"));
    if (inputs.isEmpty()) {
      throw body.error("input", "'input' is empty: send at least one text.");
    }
    int empty = inputs.indexOf("");
    if (empty >= 0) {
      throw body.error("input", "'input[" + empty + "]' is empty; no text may be.");
    }
    return inputs;
  }
}
