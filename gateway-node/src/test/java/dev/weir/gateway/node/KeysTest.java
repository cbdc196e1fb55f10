package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node with keys lets nobody in without one, whichever way they come. */
class KeysTest {

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of("weir.api-key = test");

  private final TestNode node = nodes.node();

  @Test
  void requestsNeedAKey() throws Exception {
    assertThat(status("/v1/models", "Bearer test")).isEqualTo(200);
    assertThat(status("/v1/models", "Bearer wrong")).isEqualTo(401);
    assertThat(status("/v1/responses/resp_1", "")).isEqualTo(401);
  }

  @Test
  void socketsNeedAKey() {
    assertThat(SocketClient.refusal(node)).isEqualTo(401);
    try (SocketClient socket = new SocketClient(node, true)) {
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
    HttpRequest.Builder request = node.request(path);
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return node.send(request).statusCode();
  }
}
