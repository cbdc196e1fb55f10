package dev.weir.gateway.embedding;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.node.RunningNodes;
import dev.weir.gateway.node.TestNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Gateway, orchestrator and inference each on a node of its own. */
class EmbeddingsAcrossNodesTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          "weir.roles = [orchestrator]", "weir.roles = [inference]", "weir.roles = [gateway]");

  private final TestNode gateway = nodes.node(2);

  @Test
  void theLargestRequestPasses() throws Exception {
    String inputs =
        IntStream.range(0, 2048)
            .mapToObj(at -> "\"text number " + at + "\"")
            .collect(Collectors.joining(","));
    HttpResponse<String> answer =
        gateway
            .http()
            .sendAsync(
                gateway
                    .request("/v1/embeddings")
                    .POST(
                        BodyPublishers.ofString(
                            "{\"model\":\"embed\",\"dimensions\":3072,\"encoding_format\":\"base64\",\"input\":["
                                + inputs
                                + "]}"))
                    .build(),
                BodyHandlers.ofString())
            .get(2, TimeUnit.MINUTES);
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode data = json(answer).path("data");
    assertThat(data).hasSize(2048);
    for (int at = 0; at < 2048; at++) {
      assertThat(data.get(at).path("index").asInt()).isEqualTo(at);
      assertThat(Base64.getDecoder().decode(data.get(at).path("embedding").asText()))
          .hasSize(3072 * Float.BYTES);
    }
    assertThat(data.findValuesAsText("embedding")).doesNotHaveDuplicates();
    assertThat(json(answer).at("/usage/prompt_tokens").asLong()).isEqualTo(4 * 2048L);
  }

  @Test
  void aRefusalComesBackAsItIs() throws Exception {
    HttpResponse<String> answer =
        gateway.post("/v1/embeddings", "{\"model\":\"embed\",\"input\":\"a\",\"dimensions\":5000}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).at("/error/param").asText()).isEqualTo("dimensions");
  }
}
