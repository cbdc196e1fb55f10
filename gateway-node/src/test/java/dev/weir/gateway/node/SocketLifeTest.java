package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a socket lives, and what ends it. */
class SocketLifeTest {

  private static final String TURN =
      """
      {"type":"response.create","model":"sim","input":"Hello",
       "metadata":{"sim.tokens":"600","sim.itl_ms":"10"}}\
      """;

  @TempDir private Path data;

  @Test
  void aSocketIsPingedWhileItIsSilentAndClosedWhenItsLifeIsOver() {
    try (TestNode node =
            TestNode.start(data, "weir.http { keep-alive = 50ms, socket-lifetime = 5s }");
        SocketClient idle = new SocketClient(node, true);
        SocketClient busy = new SocketClient(node, true)) {
      busy.send(TURN);
      List<JsonNode> turn = busy.turn();
      JsonNode lastWord = idle.next();

      assertThat(idle.pings()).isPositive();
      assertThat(lastWord.path("error").path("code").asText())
          .isEqualTo("websocket_connection_limit_reached");
      assertThat(idle.closeCode()).isEqualTo(1008);
      assertThat(turn.getLast().path("type").asText()).isEqualTo("response.completed");
      assertThat(busy.next().path("error").path("code").asText())
          .isEqualTo("websocket_connection_limit_reached");
      assertThat(busy.closeCode()).isEqualTo(1008);
    }
  }

  @Test
  void aLeavingNodeLetsTurnsEndAndSaysSo() {
    TestNode node = TestNode.start(data, "weir.deployments.sim.time-to-first-token = 0ms");
    try (SocketClient idle = new SocketClient(node, true);
        SocketClient busy = new SocketClient(node, true)) {
      busy.send(TURN);
      busy.next();
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::close);

      assertThat(idle.closeCode()).isEqualTo(1001);
      assertThat(busy.turn().getLast().path("type").asText()).isEqualTo("response.completed");
      assertThat(busy.closeCode()).isEqualTo(1001);
      stopped.join();
    }
  }
}
