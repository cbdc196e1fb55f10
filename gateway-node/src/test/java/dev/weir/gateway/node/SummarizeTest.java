package dev.weir.gateway.node;

import static dev.weir.gateway.node.PipelineCalls.params;
import static dev.weir.gateway.node.PipelineCalls.steps;
import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.models.responses.ResponseStatus;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Summaries as a client sees them: a pipeline with an endpoint of its own. */
class SummarizeTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of("weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }");

  private final TestNode node = nodes.node();
  private final PipelineCalls calls = new PipelineCalls(node);

  @Test
  void aLongDocumentIsSummarisedInParts() throws Exception {
    JsonNode response = calls.respond(params("pipeline/summarize", document(60_000), Map.of()));

    assertThat(response.at("/status").asText()).isEqualTo("completed");
    assertThat(steps(response)).hasSizeGreaterThan(15);
    String summary = response.at("/output").findValuesAsText("text").getLast();
    assertThat(summary.length()).isBetween(40, 4_000);
  }

  @Test
  void theSameDocumentIsSummarisedForManyRequestsOfOneUser() {
    String document = document(50_000);
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 10)
            .mapToObj(
                n ->
                    node.http()
                        .sendAsync(
                            calls.posting("/v1/summarize", body(document, Map.of())).build(),
                            HttpResponse.BodyHandlers.ofString()))
            .toList();

    List<String> summaries =
        answers.stream()
            .map(answer -> answer.orTimeout(2, TimeUnit.MINUTES).join())
            .map(answer -> json(answer).at("/summary").asText())
            .toList();

    assertThat(summaries).doesNotContain("").hasSize(10);
    assertThat(summaries.stream().distinct()).hasSize(1);
  }

  @Test
  void summarizeAnswersWithTheSummaryAlone() throws Exception {
    HttpResponse<String> answer =
        calls.post("/v1/summarize", body(document(9_000), Map.of("length", "2 sentences")));

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode summary = json(answer);
    assertThat(summary.at("/object").asText()).isEqualTo("summary");
    assertThat(summary.at("/model").asText()).isEqualTo("pipeline/summarize");
    assertThat(summary.at("/status").asText()).isEqualTo("completed");
    assertThat(summary.at("/summary").asText().split("\\.\\s")).hasSize(2);
    assertThat(summary.at("/usage/input_tokens").asLong()).isGreaterThan(9_000);
    String id = summary.at("/id").asText();
    assertThat(node.client().responses().retrieve(id).status()).contains(ResponseStatus.COMPLETED);
  }

  @Test
  void summarizeStreamsTheEventsOfItsResponse() throws Exception {
    List<JsonNode> events =
        calls.events(
            calls.posting(
                "/v1/summarize", body(document(9_000), Map.of("stream", true, "model", "sim"))));

    JsonNode last = events.getLast().at("/response");
    assertThat(last.at("/status").asText()).isEqualTo("completed");
    assertThat(last.at("/model").asText()).isEqualTo("pipeline/summarize");
    assertThat(steps(last)).extracting(s -> s.at("/model").asText()).containsOnly("sim");
  }

  @Test
  void summarizeNamesWhatIsWrong() throws Exception {
    HttpResponse<String> missing = calls.post("/v1/summarize", "{}");
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(json(missing).at("/error/param").asText()).isEqualTo("input");
    HttpResponse<String> length =
        calls.post("/v1/summarize", body("A dam.", Map.of("length", "long")));
    assertThat(length.statusCode()).isEqualTo(400);
    assertThat(json(length).at("/error/param").asText()).isEqualTo("metadata.summarize.length");
  }

  /** Sentences about places on a river, no two alike. */
  private static String document(int tokens) {
    StringBuilder text = new StringBuilder();
    for (int at = 1; text.length() < tokens * 4; at++) {
      text.append("Weir number ").append(at).append(" holds back the water of village ");
      text.append(at * 7 % 1_000).append(" and was built by ").append(at % 13).append(" men. ");
      text.append(at % 9 == 0 ? "\n\n" : "");
    }
    return text.toString();
  }

  /** The request to summarise {@code input}. */
  private static String body(String input, Map<String, Object> more) {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("input", input);
    return new ObjectMapper().valueToTree(fields).toString();
  }
}
