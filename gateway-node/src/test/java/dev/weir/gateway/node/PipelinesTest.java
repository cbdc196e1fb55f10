package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines as a client sees them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelinesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private BranchUpstream upstream;
  private TestNode node;
  private OpenAIClient client;

  @BeforeAll
  void start() throws Exception {
    upstream = new BranchUpstream();
    node =
        TestNode.start(
            data,
            upstream.deployment("one")
                + "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }");
    client = node.client();
  }

  @AfterAll
  void stop() {
    client.close();
    http.close();
    node.close();
    upstream.close();
  }

  @Test
  void eightBranchesAreAskedAtOnceAndMerged() throws Exception {
    upstream.expect(8);

    JsonNode response = respond(perspectives("mock", "8"));

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
            "pipeline/perspectives",
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
            "pipeline/perspectives",
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
    try (var stream = client.responses().createStreaming(perspectives("mock", "4"))) {
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

    List<JsonNode> events = stream(body("pipeline/perspectives", views("mock", "4"), true));

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
    List<JsonNode> whole = stream(body("pipeline/perspectives", views("mock", "4"), true));

    String id = whole.getFirst().at("/response/id").asText();
    HttpRequest resume =
        HttpRequest.newBuilder(node.url("/v1/responses/" + id + "?stream=true&starting_after=4"))
            .header("Authorization", "Bearer test")
            .build();

    assertThat(events(resume)).isEqualTo(whole.subList(5, whole.size()));
  }

  @Test
  void cancelEndsTheWholeTree() throws Exception {
    Map<String, String> endless =
        Map.of(
            "perspectives.model", "sim",
            "perspectives.branches", "8",
            "sim.tokens", "2000",
            "sim.itl_ms", "50");
    HttpRequest create = post("/v1/responses", body("pipeline/perspectives", endless, true));
    List<JsonNode> events = new ArrayList<>();
    CompletableFuture<String> first = new CompletableFuture<>();
    var reading =
        http.sendAsync(create, HttpResponse.BodyHandlers.ofLines())
            .thenAcceptAsync(
                answer ->
                    answer
                        .body()
                        .filter(line -> line.startsWith("data: {"))
                        .forEach(
                            line -> {
                              JsonNode event = json(line.substring(6));
                              events.add(event);
                              if (event.at("/item/name").asText().startsWith("doubt")) {
                                first.complete(events.getFirst().at("/response/id").asText());
                              }
                            }));
    String id = first.get(20, TimeUnit.SECONDS);
    for (int again = 0; again < 2; again++) {
      HttpResponse<String> cancelled = send(post("/v1/responses/" + id + "/cancel", "{}"));
      assertThat(json(cancelled.body()).at("/status").asText()).isEqualTo("cancelled");
    }
    reading.get(20, TimeUnit.SECONDS);

    JsonNode last = events.getLast().at("/response");
    assertThat(last.at("/status").asText()).isEqualTo("cancelled");
    assertThat(steps(last))
        .hasSize(8)
        .allMatch(step -> step.at("/status").asText().equals("incomplete"));
  }

  @Test
  void mistakesAreRefusedBeforeTheAnswerBegins() {
    assertThatThrownBy(() -> respond("pipeline/nonsense", Map.of()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("pipeline/nonsense");
    assertThatThrownBy(() -> respond("pipeline/perspectives", views("nonsense", "3")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("nonsense");
    assertThatThrownBy(() -> respond("pipeline/perspectives", views("sim", "1000")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("perspectives.branches");
  }

  @Test
  void aLongDocumentIsSummarisedInParts() throws Exception {
    JsonNode response = respond(params("pipeline/summarize", document(60_000), Map.of()));

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
                    http.sendAsync(
                        post("/v1/summarize", "{\"input\": " + quoted(document) + "}"),
                        HttpResponse.BodyHandlers.ofString()))
            .toList();

    List<String> summaries =
        answers.stream()
            .map(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join())
            .map(answer -> json(answer.body()).at("/summary").asText())
            .toList();

    assertThat(summaries).doesNotContain("").hasSize(10);
    assertThat(summaries.stream().distinct()).hasSize(1);
  }

  @Test
  void summarizeAnswersWithTheSummaryAlone() throws Exception {
    HttpResponse<String> answer =
        send(
            post(
                "/v1/summarize",
                "{\"length\": \"2 sentences\", \"input\": " + quoted(document(9_000)) + "}"));

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode summary = json(answer.body());
    assertThat(summary.at("/object").asText()).isEqualTo("summary");
    assertThat(summary.at("/model").asText()).isEqualTo("pipeline/summarize");
    assertThat(summary.at("/status").asText()).isEqualTo("completed");
    assertThat(summary.at("/summary").asText().split("\\.\\s")).hasSize(2);
    assertThat(summary.at("/usage/input_tokens").asLong()).isGreaterThan(9_000);
    String id = summary.at("/id").asText();
    assertThat(client.responses().retrieve(id).status()).contains(ResponseStatus.COMPLETED);
  }

  @Test
  void summarizeStreamsTheEventsOfItsResponse() throws Exception {
    List<JsonNode> events =
        events(
            post(
                "/v1/summarize",
                "{\"stream\": true, \"model\": \"sim\", \"input\": "
                    + quoted(document(9_000))
                    + "}"));

    JsonNode last = events.getLast().at("/response");
    assertThat(last.at("/status").asText()).isEqualTo("completed");
    assertThat(last.at("/model").asText()).isEqualTo("pipeline/summarize");
    assertThat(steps(last)).extracting(s -> s.at("/model").asText()).containsOnly("sim");
  }

  @Test
  void summarizeNamesWhatIsWrong() throws Exception {
    HttpResponse<String> missing = send(post("/v1/summarize", "{}"));
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(json(missing.body()).at("/error/param").asText()).isEqualTo("input");
    HttpResponse<String> length =
        send(post("/v1/summarize", "{\"input\": \"A dam.\", \"length\": \"long\"}"));
    assertThat(length.statusCode()).isEqualTo(400);
    assertThat(json(length.body()).at("/error/param").asText())
        .isEqualTo("metadata.summarize.length");
  }

  @Test
  void aPipelineAnswersChatCompletionsToo() throws Exception {
    upstream.expect(4);

    HttpResponse<String> answer =
        send(
            post(
                "/v1/chat/completions",
                """
                {"model": "pipeline/perspectives", "metadata": {"perspectives.model": "mock"},
                 "messages": [{"role": "user", "content": "Should we build a dam?"}]}
                """));

    JsonNode choice = json(answer.body()).at("/choices/0");
    assertThat(choice.at("/message/content").asText()).isEqualTo("All in all.");
    assertThat(choice.at("/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void pipelinesAreListedAndAreModels() throws Exception {
    JsonNode list = json(get("/v1/pipelines").body());
    assertThat(list.at("/data").findValuesAsText("id"))
        .containsExactly("pipeline/perspectives", "pipeline/summarize");
    JsonNode one = json(get("/v1/pipelines/summarize").body());
    assertThat(one).isEqualTo(list.at("/data/1"));
    assertThat(one.at("/metadata").has("summarize.model")).isTrue();
    assertThat(get("/v1/pipelines/nonsense").statusCode()).isEqualTo(404);
    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .contains("sim", "pipeline/summarize", "pipeline/perspectives");
    assertThat(client.models().retrieve("pipeline/summarize").id()).isEqualTo("pipeline/summarize");
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

  private static ResponseCreateParams perspectives(String model, String branches) {
    return params("pipeline/perspectives", "Should we build a dam?", views(model, branches));
  }

  private static Map<String, String> views(String model, String branches) {
    return Map.of("perspectives.model", model, "perspectives.branches", branches);
  }

  private static ResponseCreateParams params(
      String model, String input, Map<String, String> metadata) {
    return ResponseCreateParams.builder()
        .model(model)
        .input(input)
        .putAdditionalBodyProperty("metadata", JsonValue.from(metadata))
        .build();
  }

  private JsonNode respond(String model, Map<String, String> metadata) throws Exception {
    return respond(params(model, "Should we build a dam?", metadata));
  }

  /** Through the official client, then as it came: the client does not know our items. */
  private JsonNode respond(ResponseCreateParams params) throws Exception {
    Response response = client.responses().create(params);
    JsonNode raw = json(get("/v1/responses/" + response.id()).body());
    String text =
        response.output().stream()
            .flatMap(item -> item.message().stream())
            .flatMap(message -> message.content().stream())
            .flatMap(content -> content.outputText().stream())
            .map(part -> part.text())
            .collect(Collectors.joining());
    assertThat(String.join("", raw.at("/output").findValuesAsText("text"))).isEqualTo(text);
    return raw;
  }

  private static String body(String model, Map<String, String> metadata, boolean stream) {
    return JSON.valueToTree(
            Map.of(
                "model", model,
                "input", "Should we build a dam?",
                "metadata", metadata,
                "stream", stream))
        .toString();
  }

  private static List<JsonNode> steps(JsonNode response) {
    List<JsonNode> steps = new ArrayList<>();
    response
        .at("/output")
        .forEach(
            item -> {
              if (item.at("/type").asText().equals("weir:step")) {
                steps.add(item);
              }
            });
    return steps;
  }

  private static List<Integer> numbers(List<JsonNode> events) {
    return events.stream().map(event -> event.at("/sequence_number").asInt()).toList();
  }

  private List<JsonNode> stream(String body) throws Exception {
    return events(post("/v1/responses", body));
  }

  private List<JsonNode> events(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> json(line.substring(6)))
        .toList();
  }

  private HttpRequest post(String path, String body) {
    return HttpRequest.newBuilder(node.url(path))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .header("Authorization", "Bearer test")
        .build();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(
        HttpRequest.newBuilder(node.url(path)).header("Authorization", "Bearer test").build());
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String quoted(String text) {
    return JSON.valueToTree(text).toString();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (java.io.IOException malformed) {
      throw new java.io.UncheckedIOException(malformed);
    }
  }
}
