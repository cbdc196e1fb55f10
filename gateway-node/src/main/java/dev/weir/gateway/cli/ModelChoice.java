package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.error.WeirException;
import dev.weir.gateway.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;

/** The model to talk to when nobody names one: the first that is not built in, else extract. */
record ModelChoice(HttpClient http, URI server, String key) {

  static final String BUILT_IN = "extract";

  private static final Set<String> ALL_BUILT_IN = Set.of(BUILT_IN, "embed", "sim");
  private static final Duration WITHIN = Duration.ofSeconds(10);

  String get() {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve("/v1/models")).timeout(WITHIN);
    if (!key.isBlank()) {
      request.header("Authorization", "Bearer " + key);
    }
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == 401) {
        throw new Failure(server + " wants a key: give it in WEIR_API_KEY.");
      }
      return first(Json.readObject(response.body()));
    } catch (IOException away) {
      throw new Failure(
          "Nothing answers at " + server + ": './weir up' starts a cluster; --port names another.");
    } catch (WeirException strange) {
      throw new Failure(server + " is no Weir: it cannot tell its models.");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("Interrupted.");
    }
  }

  static String first(JsonNode models) {
    return models
        .path("data")
        .valueStream()
        .map(model -> model.path("id").asText())
        .filter(name -> !ALL_BUILT_IN.contains(name) && !name.startsWith("pipeline/"))
        .findFirst()
        .orElse(BUILT_IN);
  }
}
