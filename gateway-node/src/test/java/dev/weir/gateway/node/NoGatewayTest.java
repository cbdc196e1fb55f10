package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node without the role gateway tells how it is, and serves nobody. */
class NoGatewayTest {

  @TempDir private Path data;

  @Test
  void onlyTheNodesOwnRoutesAreServed() throws Exception {
    try (TestNode node = TestNode.start(data, "weir.roles = [orchestrator, inference]");
        HttpClient http = HttpClient.newHttpClient()) {
      assertThat(get(http, node, "/health/live").statusCode()).isEqualTo(200);
      assertThat(get(http, node, "/health/ready").statusCode()).isEqualTo(200);
      assertThat(get(http, node, "/metrics").statusCode()).isEqualTo(200);
      for (String path : new String[] {"/v1/models", "/v1/responses", "/openapi.json", "/x"}) {
        HttpResponse<String> answer = get(http, node, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(404);
        assertThat(answer.body()).contains("\"code\":\"not_a_gateway\"", "no gateway");
      }
    }
  }

  private static HttpResponse<String> get(HttpClient http, TestNode node, String path)
      throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(node.url(path)).build(), BodyHandlers.ofString());
  }
}
