package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with a balancer before it, which sends requests until it has heard that it should not. */
class LeavingTest {

  @TempDir private Path data;

  @Test
  void untilTheBalancerHasHeardTheNodeServesAsBefore() throws Exception {
    try (TestNode node = TestNode.start(data, "weir.cluster.drain-delay = 15s")) {
      URI drain = URI.create("http://127.0.0.1:" + node.node().adminPort() + "/admin/nodes/drain");
      node.send(HttpRequest.newBuilder(drain).POST(BodyPublishers.noBody()));

      assertThat(node.get("/health/ready").statusCode()).isEqualTo(503);
      HttpResponse<String> answer =
          node.post("/v1/responses", "{\"model\": \"extract\", \"input\": \"Rain falls.\"}");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("connection")).contains("close");
      node.node().system().getWhenTerminated().toCompletableFuture().get(2, TimeUnit.MINUTES);
    }
  }
}
