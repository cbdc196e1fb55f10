package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node without the role gateway tells how it is, and serves nobody. */
class NoGatewayTest {

  @TempDir private Path data;

  @Test
  void onlyTheNodesOwnRoutesAreServed() throws Exception {
    try (TestNode node = TestNode.start(data, "weir.roles = [orchestrator, inference]")) {
      assertThat(node.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(node.get("/health/ready").statusCode()).isEqualTo(200);
      assertThat(node.get("/metrics").statusCode()).isEqualTo(200);
      for (String path : new String[] {"/v1/models", "/v1/responses", "/openapi.json", "/x"}) {
        HttpResponse<String> answer = node.get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(404);
        assertThat(answer.body()).contains("\"code\":\"not_a_gateway\"", "no gateway");
      }
    }
  }
}
