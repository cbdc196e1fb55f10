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
import java.util.Optional;

/** Speaks to the admin servers of local nodes. */
final class AdminClient {

  private static final Duration WITHIN = Duration.ofSeconds(3);

  private final String key;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(WITHIN).build();

  /**
   * @param key the admin key; empty: none
   */
  AdminClient(String key) {
    this.key = key;
  }

  /** The node's status; empty while it does not answer. */
  Optional<JsonNode> status(int port) {
    try {
      HttpResponse<byte[]> response = send(request(port, "status").GET());
      if (response.statusCode() == 401) {
        throw refused();
      }
      return response.statusCode() == 200
          ? Optional.of(Json.readObject(response.body()))
          : Optional.empty();
    } catch (IOException | WeirException away) {
      return Optional.empty();
    }
  }

  /** Tells a node to finish its work and go. */
  void drain(NodeRecord node) {
    try {
      HttpResponse<byte[]> response =
          send(request(node.admin(), "nodes/drain").POST(HttpRequest.BodyPublishers.noBody()));
      if (response.statusCode() == 401) {
        throw refused();
      }
      if (response.statusCode() != 202) {
        throw new Failure(
            "Node " + node.number() + " refuses to drain: HTTP " + response.statusCode() + ".");
      }
    } catch (IOException away) {
      throw new Failure(
          "Node "
              + node.number()
              + " does not answer on its admin port "
              + node.admin()
              + ": look at its log, or end it with './weir node kill "
              + node.number()
              + "'.");
    }
  }

  private HttpRequest.Builder request(int port, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/" + path))
            .timeout(WITHIN);
    return key.isBlank() ? request : request.header("Authorization", "Bearer " + key);
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("Interrupted.");
    }
  }

  private static Failure refused() {
    return new Failure(
        "The node refuses the admin key: give the one it was started with in WEIR_ADMIN_KEY.");
  }
}
