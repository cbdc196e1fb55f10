package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.RequestJson;
import dev.weir.inference.provider.upstream.VectorDialect;
import dev.weir.inference.provider.upstream.VectorReader;
import java.io.IOException;
import java.time.Duration;
import org.apache.pekko.util.ByteString;

/**
 * {@code /embeddings}, as OpenAI and the servers like it speak it.
 *
 * @param compact whether to ask for base64; not every server knows it
 */
record EmbeddingsCall(String model, boolean compact) implements VectorDialect {

  @Override
  public byte[] body(EmbedCall call) {
    return RequestJson.object(
        json -> {
          json.writeStringField("model", model);
          json.writeArrayFieldStart("input");
          for (String input : call.inputs()) {
            json.writeString(input);
          }
          json.writeEndArray();
          json.writeStringField("encoding_format", compact ? "base64" : "float");
          if (call.dimensions() > 0) {
            json.writeNumberField("dimensions", call.dimensions());
          }
        });
  }

  @Override
  public void read(JsonParser json, VectorReader vectors) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw UpstreamError.malformed().asException();
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "data" -> data(json, vectors);
        case "usage" -> usage(json, vectors);
        case "error" -> {
          if (value != JsonToken.VALUE_NULL) {
            throw ChatError.WORDS.read(json).asException();
          }
        }
        default -> json.skipChildren();
      }
    }
  }

  private static void data(JsonParser json, VectorReader vectors) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw UpstreamError.malformed().asException();
    }
    for (int place = 0; json.nextToken() == JsonToken.START_OBJECT; place++) {
      int index = place;
      ByteString vector = ByteString.emptyByteString();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        switch (name) {
          case "index" -> index = json.getIntValue();
          case "embedding" -> vector = VectorReader.vector(json);
          default -> json.skipChildren();
        }
      }
      vectors.put(index, vector);
    }
  }

  private static void usage(JsonParser json, VectorReader vectors) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (name.equals("prompt_tokens") && value == JsonToken.VALUE_NUMBER_INT) {
        vectors.tokens(json.getLongValue());
      } else {
        json.skipChildren();
      }
    }
  }

  @Override
  public WeirError refusal(int status, Duration retryAfter, byte[] body) {
    return ChatError.WORDS.refusal(status, retryAfter, body);
  }
}
