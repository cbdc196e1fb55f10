package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import java.io.IOException;
import java.time.Duration;

/** Reads {@code /models}, as OpenAI and the servers like it answer it. */
final class ModelList {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelList() {}

  /** Tells if {@code model} is not among them; Ollama's have a tag that may be left out. */
  static String note(String model, byte[] body) {
    try {
      JsonNode listed = JSON.readTree(body).path("data");
      for (JsonNode entry : listed) {
        String id = entry.path("id").asText();
        if (id.equals(model) || id.startsWith(model + ":")) {
          return "";
        }
      }
      return listed.isEmpty() || model.equals("*")
          ? ""
          : "The upstream does not list this deployment's model. Check upstream-model.";
    } catch (IOException noJson) {
      throw UpstreamError.malformed().asException();
    }
  }

  /** One that has no such list may be well, or another one than was meant. */
  static WeirError refusal(int status, Duration retryAfter, byte[] body) {
    return status == 404 || status == 405
        ? UpstreamError.listsNoModels()
        : ChatError.WORDS.refusal(status, retryAfter, body);
  }
}
