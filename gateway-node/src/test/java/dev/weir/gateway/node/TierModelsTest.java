package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tier with a list of models may ask for those, and sees no others. */
class TierModelsTest {

  private static final String SMALL =
      """
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 20 }
      weir.tiers.default.models = [sim, "pipeline/perspectives"]
      """;

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(SMALL);

  private final TestNode node = nodes.node();

  @Test
  void onlyItsModelsAreListed() throws Exception {
    List<String> listed =
        json(node.get("/v1/models"))
            .path("data")
            .valueStream()
            .map(model -> model.path("id").asText())
            .toList();

    assertThat(listed).containsExactlyInAnyOrder("sim", "pipeline/perspectives");
    assertThat(node.get("/v1/models/sim").statusCode()).isEqualTo(200);
    assertThat(node.get("/v1/models/extract").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/responses        | '\"model\":\"sim\",\"input\":\"x\"'",
        "/v1/responses        | '\"model\":\"pipeline/perspectives\",\"input\":\"x\","
            + "\"metadata\":{\"perspectives.model\":\"sim\"}'",
        "/v1/chat/completions |"
            + " '\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]'"
      })
  void itsModelsAreServed(String path, String fields) throws Exception {
    HttpResponse<String> answer = post(path, fields);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/responses        | model | '\"model\":\"extract\",\"input\":\"x\"'",
        "/v1/responses        | model | '\"model\":\"pipeline/summarize\",\"input\":\"x\"'",
        "/v1/responses        | metadata.perspectives.model |"
            + " '\"model\":\"pipeline/perspectives\",\"input\":\"x\","
            + "\"metadata\":{\"perspectives.model\":\"extract\"}'",
        "/v1/summarize        | model | '\"input\":\"x\"'",
        "/v1/chat/completions | model |"
            + " '\"model\":\"extract\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]'"
      })
  void othersAreRefusedAsIfTheyWereNotThere(String path, String param, String fields)
      throws Exception {
    HttpResponse<String> answer = post(path, fields);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(json(answer).at("/error/code").asText()).isEqualTo("model_not_found");
    assertThat(json(answer).at("/error/param").asText()).isEqualTo(param);
  }

  @Test
  void othersAreRefusedOnASocketToo() {
    try (SocketClient socket = new SocketClient(node, true)) {
      for (String more : List.of("", ",\"generate\":false")) {
        socket.send(
            "{\"type\":\"response.create\",\"model\":\"extract\",\"input\":\"x\"" + more + "}");
        JsonNode refused = socket.turn().getLast();
        assertThat(refused.path("type").asText()).isEqualTo("error");
        assertThat(refused.at("/error/code").asText()).isEqualTo("model_not_found");
      }
    }
  }

  private HttpResponse<String> post(String path, String fields) throws Exception {
    return node.post(path, "{" + fields + "}");
  }
}
