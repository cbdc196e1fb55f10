package dev.weir.gateway.node;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** One whole node in this process, on free ports, with a folder of its own. */
public final class TestNode implements AutoCloseable {

  private final Node node;

  private TestNode(Node node) {
    this.node = node;
  }

  /** Starts a node with {@code overrides} (HOCON) over the test defaults; waits until it serves. */
  public static TestNode start(Path data, String overrides) {
    String defaults =
        """
        weir {
          data = "%s"
          http.port = 0
          admin.port = 0
          cluster { lease = none, exit-jvm = off }
        }
        """
            .formatted(data);
    var config =
        ConfigFactory.load(
            ConfigFactory.parseString(overrides).withFallback(ConfigFactory.parseString(defaults)));
    TestNode started =
        new TestNode(
            Node.start(config).toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join());
    try (HttpClient http = HttpClient.newHttpClient()) {
      started.ready(http).orTimeout(60, TimeUnit.SECONDS).join();
    }
    return started;
  }

  private CompletableFuture<Integer> ready(HttpClient http) {
    Executor soon = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);
    return http.sendAsync(
            HttpRequest.newBuilder(url("/health/ready")).build(), BodyHandlers.discarding())
        .thenComposeAsync(
            answer ->
                answer.statusCode() == 200 ? CompletableFuture.completedFuture(200) : ready(http),
            soon);
  }

  /** The URL of {@code path} on the gateway. */
  public URI url(String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }

  /** An official client. */
  public OpenAIClient client() {
    return OpenAIOkHttpClient.builder()
        .baseUrl(url("/v1").toString())
        .apiKey("test")
        .timeout(Duration.ofSeconds(30))
        .maxRetries(0)
        .build();
  }

  public Node node() {
    return node;
  }

  @Override
  public void close() {
    node.stop().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
