package dev.weir.gateway.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/** An operator at the admin port of one node. */
record Operator(TestNode node) {

  /** The answer to a whole request. */
  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return node.send(request);
  }

  HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + node.node().adminPort() + "/admin/" + path));
  }

  HttpResponse<String> put(String path, String body) throws Exception {
    return send(at(path).PUT(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> delete(String path) throws Exception {
    return send(at(path).DELETE());
  }

  HttpResponse<String> rollBack(long version) throws Exception {
    return send(
        at("catalog/rollback").POST(BodyPublishers.ofString("{\"version\": " + version + "}")));
  }

  JsonNode get(String path) throws Exception {
    return expect(200, send(at(path)));
  }

  /** Which version the node follows, as it says of itself. */
  long version() throws Exception {
    return get("status").path("catalog").path("version").asLong(-1);
  }

  /** A model of that name on a simulated deployment of that name, whose answers are so long. */
  void simulate(String name, int tokens) throws Exception {
    String body =
        "provider = builtin, engine = sim, time-to-first-token = 0ms, inter-token = 0ms, tokens = "
            + tokens;
    expect(200, put("deployments/" + name, body));
    expect(200, put("models/" + name, "{\"deployments\": [\"" + name + "\"]}"));
  }

  /** The body of an answer that must have this status. */
  static JsonNode expect(int status, HttpResponse<String> answer) {
    if (answer.statusCode() != status) {
      throw new AssertionError(answer.statusCode() + ": " + answer.body());
    }
    return TestNode.json(answer);
  }
}
