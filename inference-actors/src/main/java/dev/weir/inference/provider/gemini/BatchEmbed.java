package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
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

/**
 * {@code batchEmbedContents}.
 *
 * @param model with its collection, such as {@code models/gemini-embedding-001}
 */
record BatchEmbed(String model) implements VectorDialect {

  @Override
  public byte[] body(EmbedCall call) {
    return RequestJson.object(
        json -> {
          json.writeArrayFieldStart("requests");
          for (String input : call.inputs()) {
            request(input, call.dimensions(), json);
          }
          json.writeEndArray();
        });
  }

  private void request(String input, int dimensions, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", model);
    json.writeObjectFieldStart("content");
    json.writeArrayFieldStart("parts");
    json.writeStartObject();
    json.writeStringField("text", input);
    json.writeEndObject();
    json.writeEndArray();
    json.writeEndObject();
    if (dimensions > 0) {
      json.writeNumberField("outputDimensionality", dimensions);
    }
    json.writeEndObject();
  }

  @Override
  public void read(JsonParser json, VectorReader vectors) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw UpstreamError.malformed().asException();
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      switch (name) {
        case "embeddings" -> embeddings(json, vectors);
        case "usageMetadata" -> usage(json, vectors);
        case "error" -> throw GeminiError.WORDS.read(json).asException();
        default -> json.skipChildren();
      }
    }
  }

  private static void embeddings(JsonParser json, VectorReader vectors) throws IOException {
    for (int index = 0; json.nextToken() == JsonToken.START_OBJECT; index++) {
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        if (name.equals("values")) {
          vectors.vector(index, json);
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private static void usage(JsonParser json, VectorReader vectors) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (name.equals("promptTokenCount") && value == JsonToken.VALUE_NUMBER_INT) {
        vectors.tokens(json.getLongValue());
      } else {
        json.skipChildren();
      }
    }
  }

  @Override
  public WeirError refusal(int status, Duration retryAfter, byte[] body) {
    return GeminiError.WORDS.refusal(status, retryAfter, body);
  }
}
