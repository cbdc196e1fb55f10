package dev.weir.gateway.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.typesafe.config.ConfigFactory;
import dev.weir.gateway.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** One whole node in this process, on free ports, with a folder of its own. */
public final class TestNode implements AutoCloseable {

  private final Node node;
  private final HttpClient http = HttpClient.newHttpClient();
  private final OpenAIClient client;

  private TestNode(Node node) {
    this.node = node;
    this.client =
        OpenAIOkHttpClient.builder()
            .baseUrl(url("/v1").toString())
            .apiKey("test")
            .timeout(Duration.ofMinutes(2))
            .maxRetries(0)
            .build();
  }

  /** Starts a node with {@code overrides} (HOCON) over the test defaults; waits until it serves. */
  public static TestNode start(Path data, String overrides) {
    String defaults =
        """
        weir {
          data = "%s"
          http { port = 0, admission-wait = 60s }
          admin.port = 0
          # Nodes of one process stand still together; none is dead because of it.
          cluster { lease = none, exit-jvm = off, acceptable-heartbeat-pause = 60s }
          catalog.following-wait = 20s
        }
        """
            .formatted(data);
    var config =
        ConfigFactory.load(
            ConfigFactory.parseString(overrides).withFallback(ConfigFactory.parseString(defaults)));
    TestNode started =
        new TestNode(
            Node.start(config).toCompletableFuture().orTimeout(2, TimeUnit.MINUTES).join());
    started.ready().orTimeout(2, TimeUnit.MINUTES).join();
    Meeting.withItself(started);
    return started;
  }

  private CompletableFuture<Integer> ready() {
    Executor soon = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);
    return http.sendAsync(
            HttpRequest.newBuilder(url("/health/ready")).build(), BodyHandlers.discarding())
        .thenComposeAsync(
            answer -> answer.statusCode() == 200 ? CompletableFuture.completedFuture(200) : ready(),
            soon);
  }

  /** The URL of {@code path} on the gateway. */
  public URI url(String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }

  /** An official client, whose key is {@code test}; open as long as the node. */
  public OpenAIClient client() {
    return client;
  }

  /** A plain client; open as long as the node. */
  public HttpClient http() {
    return http;
  }

  /** A plain request by nobody in particular. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url(path));
  }

  /** The answer, which must come within two minutes. */
  public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.sendAsync(request.build(), BodyHandlers.ofString()).get(2, TimeUnit.MINUTES);
  }

  public HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  public HttpResponse<String> post(String path, String body) throws Exception {
    return send(request(path).POST(BodyPublishers.ofString(body)));
  }

  public static JsonNode json(HttpResponse<String> answer) {
    return Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  /** A key as configuration knows it. */
  public static String sha256(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The URL of the WebSocket at {@code path}. */
  public URI socketUrl(String path) {
    return URI.create(url(path).toString().replaceFirst("http", "ws"));
  }

  public Node node() {
    return node;
  }

  @Override
  public void close() {
    client.close();
    http.shutdownNow();
    node.stop().toCompletableFuture().orTimeout(2, TimeUnit.MINUTES).join();
  }
}
