package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.weir.gateway.json.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Calls of pipelines on one node, by the same user whether the official client makes them or not.
 */
record PipelineCalls(TestNode node) {

  static ResponseCreateParams params(String model, String input, Map<String, String> metadata) {
    return ResponseCreateParams.builder()
        .model(model)
        .input(input)
        .putAdditionalBodyProperty("metadata", JsonValue.from(metadata))
        .build();
  }

  /** Through the official client, then as it came: the client does not know our items. */
  JsonNode respond(ResponseCreateParams params) throws Exception {
    Response response = node.client().responses().create(params);
    JsonNode raw = TestNode.json(get("/v1/responses/" + response.id()));
    assertThat(String.join("", raw.at("/output").findValuesAsText("text")))
        .isEqualTo(SimResponses.text(response));
    return raw;
  }

  HttpResponse<String> get(String path) throws Exception {
    return node.send(request(path));
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return node.send(posting(path, body));
  }

  /** The events that answer a request. */
  List<JsonNode> events(HttpRequest.Builder request) throws Exception {
    return node.http()
        .send(request.build(), BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith("data: {"))
        .map(PipelineCalls::event)
        .toList();
  }

  static JsonNode event(String line) {
    return Json.readObject(line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8));
  }

  HttpRequest.Builder posting(String path, String body) {
    return request(path).POST(BodyPublishers.ofString(body));
  }

  HttpRequest.Builder request(String path) {
    return node.request(path).header("Authorization", "Bearer test");
  }

  /** The steps among a response's items. */
  static List<JsonNode> steps(JsonNode response) {
    return response
        .at("/output")
        .valueStream()
        .filter(item -> item.at("/type").asText().equals("weir:step"))
        .toList();
  }
}
