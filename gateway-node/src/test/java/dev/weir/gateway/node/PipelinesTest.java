package dev.weir.gateway.node;

import static dev.weir.gateway.node.PipelineCalls.params;
import static dev.weir.gateway.node.PipelineCalls.steps;
import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pipelines as a client sees them, most of all the one that asks from many angles at once. */
class PipelinesTest {

  private static final BranchUpstream upstream = BranchUpstream.start();

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          upstream.deployment("one")
              + "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }");

  private final TestNode node = nodes.node();
  private final OpenAIClient client = node.client();
  private final PipelineCalls calls = new PipelineCalls(node);

  @AfterAll
  static void stop() {
    upstream.close();
  }

  @Test
  void eightBranchesAreAskedAtOnceAndMerged() throws Exception {
    upstream.expect(8);

    JsonNode response = respond(views("mock", "8"));

    assertThat(response.at("/status").asText()).isEqualTo("completed");
    assertThat(steps(response))
        .hasSize(9)
        .allMatch(s -> s.at("/status").asText().equals("completed"));
    assertThat(steps(response)).extracting(s -> s.at("/model").asText()).containsOnly("mock");
    assertThat(response.at("/output").findValuesAsText("text")).containsExactly("All in all.");
    assertThat(response.at("/usage/input_tokens").asLong()).isEqualTo(90);
    assertThat(response.at("/usage/output_tokens").asLong()).isEqualTo(27);
    assertThat(response.at("/weir/attempts").asInt()).isEqualTo(9);
  }

  @Test
  void oneFailingBranchLeavesTheOthersAndAnError() throws Exception {
    upstream.expect(8);

    JsonNode response =
        respond(
            Map.of("perspectives.model", "mock", "perspectives.angles", "a,b,c,broken,e,f,g,h"));

    assertThat(response.at("/status").asText()).isEqualTo("completed");
    List<JsonNode> failed =
        steps(response).stream().filter(s -> s.at("/status").asText().equals("failed")).toList();
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().at("/name").asText()).isEqualTo("broken");
    assertThat(failed.getFirst().at("/error/type").asText()).isNotEmpty();
    assertThat(failed.getFirst().at("/error/code").asText()).isNotEmpty();
    assertThat(steps(response))
        .filteredOn(s -> s.at("/status").asText().equals("completed"))
        .hasSize(8);
    String merge = upstream.calls().getLast().body();
    assertThat(merge).contains("Angle: a", "Angle: h").doesNotContain("Angle: broken");
  }

  @Test
  void whenEveryBranchFailsSoDoesTheResponse() throws Exception {
    upstream.expect(2);

    JsonNode response =
        respond(
            Map.of(
                "perspectives.model",
                "mock",
                "perspectives.angles",
                "broken",
                "perspectives.branches",
                "2"));

    assertThat(response.at("/status").asText()).isEqualTo("failed");
    assertThat(response.at("/error/code").asText())
        .isEqualTo(steps(response).getFirst().at("/error/code").asText());
    assertThat(steps(response)).hasSize(2);
  }

  @Test
  void theOfficialClientStreamsAPipeline() {
    upstream.expect(4);
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (var stream = client.responses().createStreaming(perspectives(views("mock", "4")))) {
      stream.stream().forEach(events::add);
    }

    assertThat(
            events.stream()
                .filter(ResponseStreamEvent::isOutputTextDelta)
                .map(event -> event.asOutputTextDelta().delta())
                .collect(Collectors.joining()))
        .isEqualTo("All in all.");
    Response last = events.getLast().asCompleted().response();
    assertThat(last.status()).contains(ResponseStatus.COMPLETED);
    assertThat(last.output().stream().flatMap(item -> item.message().stream()).count())
        .isEqualTo(1);
  }

  @Test
  void everyStepIsAnnouncedAndClosedAndTheMessageLiesInTheLast() throws Exception {
    upstream.expect(4);

    List<JsonNode> events = calls.events(streaming(views("mock", "4")));

    assertThat(numbers(events)).isEqualTo(IntStream.range(0, events.size()).boxed().toList());
    List<String> items =
        events.stream()
            .filter(event -> event.at("/type").asText().startsWith("response.output_item"))
            .map(
                event ->
                    event.at("/type").asText().replace("response.output_item.", "")
                        + " "
                        + event.at("/item/type").asText())
            .toList();
    assertThat(items.subList(0, 8))
        .containsExactlyInAnyOrder(
            "added weir:step",
            "added weir:step",
            "added weir:step",
            "added weir:step",
            "done weir:step",
            "done weir:step",
            "done weir:step",
            "done weir:step");
    assertThat(items.subList(8, items.size()))
        .containsExactly("added weir:step", "added message", "done message", "done weir:step");
    assertThat(events.getLast().at("/type").asText()).isEqualTo("response.completed");
  }

  @Test
  void aPipelineIsResumedLikeAnyResponse() throws Exception {
    upstream.expect(4);
    List<JsonNode> whole = calls.events(streaming(views("mock", "4")));

    String id = whole.getFirst().at("/response/id").asText();
    HttpRequest.Builder resume =
        calls.request("/v1/responses/" + id + "?stream=true&starting_after=4");

    assertThat(calls.events(resume)).isEqualTo(whole.subList(5, whole.size()));
  }

  @Test
  void cancelEndsTheWholeTree() throws Exception {
    Map<String, String> endless =
        Map.of(
            "perspectives.model", "sim",
            "perspectives.branches", "8",
            "sim.tokens", "2000",
            "sim.itl_ms", "50");
    List<JsonNode> events = new ArrayList<>();
    CompletableFuture<String> first = new CompletableFuture<>();
    var reading =
        node.http()
            .sendAsync(streaming(endless).build(), HttpResponse.BodyHandlers.ofLines())
            .thenAcceptAsync(
                answer ->
                    answer
                        .body()
                        .filter(line -> line.startsWith("data: {"))
                        .forEach(
                            line -> {
                              JsonNode event = PipelineCalls.event(line);
                              events.add(event);
                              if (event.at("/item/name").asText().startsWith("doubt")) {
                                first.complete(events.getFirst().at("/response/id").asText());
                              }
                            }));
    String id = first.get(1, TimeUnit.MINUTES);
    for (int again = 0; again < 2; again++) {
      HttpResponse<String> cancelled = calls.post("/v1/responses/" + id + "/cancel", "{}");
      assertThat(json(cancelled).at("/status").asText()).isEqualTo("cancelled");
    }
    reading.get(1, TimeUnit.MINUTES);

    JsonNode last = events.getLast().at("/response");
    assertThat(last.at("/status").asText()).isEqualTo("cancelled");
    assertThat(steps(last))
        .hasSize(8)
        .allMatch(step -> step.at("/status").asText().equals("incomplete"));
  }

  @Test
  void mistakesAreRefusedBeforeTheAnswerBegins() {
    assertThatThrownBy(() -> calls.respond(params("pipeline/nonsense", "x", Map.of())))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("pipeline/nonsense");
    assertThatThrownBy(() -> respond(views("nonsense", "3")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("nonsense");
    assertThatThrownBy(() -> respond(views("sim", "1000")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("perspectives.branches");
  }

  @Test
  void aPipelineAnswersChatCompletionsToo() throws Exception {
    upstream.expect(4);

    HttpResponse<String> answer =
        calls.post(
            "/v1/chat/completions",
            """
            {"model": "pipeline/perspectives", "metadata": {"perspectives.model": "mock"},
             "messages": [{"role": "user", "content": "Should we build a dam?"}]}
            """);

    JsonNode choice = json(answer).at("/choices/0");
    assertThat(choice.at("/message/content").asText()).isEqualTo("All in all.");
    assertThat(choice.at("/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void pipelinesAreListedAndAreModels() throws Exception {
    JsonNode list = json(calls.get("/v1/pipelines"));
    assertThat(list.at("/data").findValuesAsText("id"))
        .containsExactly("pipeline/perspectives", "pipeline/summarize");
    JsonNode one = json(calls.get("/v1/pipelines/summarize"));
    assertThat(one).isEqualTo(list.at("/data/1"));
    assertThat(one.at("/metadata").has("summarize.model")).isTrue();
    assertThat(calls.get("/v1/pipelines/nonsense").statusCode()).isEqualTo(404);
    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .contains("sim", "pipeline/summarize", "pipeline/perspectives");
    assertThat(client.models().retrieve("pipeline/summarize").id()).isEqualTo("pipeline/summarize");
  }

  private static ResponseCreateParams perspectives(Map<String, String> metadata) {
    return params("pipeline/perspectives", "Should we build a dam?", metadata);
  }

  private static Map<String, String> views(String model, String branches) {
    return Map.of("perspectives.model", model, "perspectives.branches", branches);
  }

  private JsonNode respond(Map<String, String> metadata) throws Exception {
    return calls.respond(perspectives(metadata));
  }

  private HttpRequest.Builder streaming(Map<String, String> metadata) {
    var body =
        Map.of(
            "model",
            "pipeline/perspectives",
            "input",
            "Should we build a dam?",
            "metadata",
            metadata,
            "stream",
            true);
    return calls.posting("/v1/responses", new ObjectMapper().valueToTree(body).toString());
  }

  private static List<Integer> numbers(List<JsonNode> events) {
    return events.stream().map(event -> event.at("/sequence_number").asInt()).toList();
  }
}
