package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node with keys lets nobody in without one, whichever way they come. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeysTest {

  @TempDir private static Path data;
  private TestNode node;
  private HttpClient http;

  @BeforeAll
  void start() {
    node = TestNode.start(data, "weir.api-key = test");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  void stop() {
    http.close();
    node.close();
  }

  @Test
  void requestsNeedAKey() throws Exception {
    assertThat(status("/v1/models", "Bearer test")).isEqualTo(200);
    assertThat(status("/v1/models", "Bearer wrong")).isEqualTo(401);
    assertThat(status("/v1/responses/resp_1", "")).isEqualTo(401);
  }

  @Test
  void socketsNeedAKey() {
    assertThatThrownBy(
            () ->
                http.newWebSocketBuilder()
                    .buildAsync(
                        URI.create(node.url("/v1/responses").toString().replaceFirst("http", "ws")),
                        new WebSocket.Listener() {})
                    .join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(401));
    try (SocketClient socket = new SocketClient(node.url("/v1/responses"), true)) {
      socket.send("{}");
      assertThat(socket.next().path("type").asText()).isEqualTo("error");
    }
  }

  @Test
  void whatTellsNothingOfAnybodyIsOpen() throws Exception {
    assertThat(status("/health/live", "")).isEqualTo(200);
    assertThat(status("/openapi.json", "")).isEqualTo(200);
  }

  private int status(String path, String authorization) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(node.url(path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
