package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An answer has the form that was asked for, or the response says that it has not. */
class StructuredOutputTest {

  private static final String RIGHT = "{\\\"city\\\": \\\"Ulm\\\"}";
  private static final String WRONG = "{\\\"city\\\": 7}";
  private static final String HANGS = "hangs";
  private static final Queue<String> answers = new ConcurrentLinkedQueue<>();
  private static final Semaphore hanging = new Semaphore(0);
  private static final Semaphore left = new Semaphore(0);
  private static final ScriptedUpstream upstream =
      ScriptedUpstream.start(StructuredOutputTest::play);

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          """
          weir {
            deployments {
              checked { provider = openai, base-url = "%1$s/v1", structured = validate, price { output = 1 } }
              native { provider = openai, base-url = "%1$s/v1" }
              loose { provider = openai, base-url = "%1$s/v1", structured = off }
            }
            models { checked { deployments = [checked] }, native { deployments = [native] }
                     loose { deployments = [loose] } }
            tiers.small { tokens-per-day = 2000 }
            users.poor { tier = small }
            keys { poor { sha256 = "%2$s", user = poor }, rich { sha256 = "%3$s", user = rich } }
          }
          """
              .formatted(upstream.url(), TestNode.sha256("poor"), TestNode.sha256("rich")));

  private static volatile int outputTokens;
  private int asked;

  @AfterAll
  static void stop() {
    upstream.close();
  }

  @BeforeEach
  void count() {
    answers.clear();
    outputTokens = 3;
    asked = upstream.requests().size();
  }

  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    String answer = answers.remove();
    exchange.events();
    if (answer.equals(HANGS)) {
      exchange.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\"}}]}");
      hanging.release();
      exchange.awaitClosed();
      left.release();
      return;
    }
    exchange.event(
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}".formatted(answer));
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":%d,\"total_tokens\":%d}}"
            .formatted(outputTokens, 7 + outputTokens));
    exchange.event("[DONE]");
    exchange.end();
  }

  @Test
  void whatIsRightAtOnceIsAskedOnce() throws Exception {
    JsonNode response = ask("checked", RIGHT);
    assertThat(response.path("status").asText()).as(response.toString()).isEqualTo("completed");
    assertThat(text(response)).isEqualTo("{\"city\": \"Ulm\"}");
    assertThat(response.path("weir").has("repaired")).isFalse();
    assertThat(calls()).hasSize(1);
    assertThat(calls().getFirst().body()).doesNotContain("response_format").contains("JSON schema");
  }

  @Test
  void whatIsWrongIsRepairedAndBothArePaid() throws Exception {
    JsonNode response = ask("checked", WRONG, RIGHT);
    assertThat(response.path("status").asText()).as(response.toString()).isEqualTo("completed");
    assertThat(text(response)).isEqualTo("{\"city\": \"Ulm\"}");
    assertThat(response.at("/weir/repaired").asBoolean()).isTrue();
    assertThat(response.at("/weir/attempts").asInt()).isEqualTo(2);
    assertThat(response.at("/usage/total_tokens").asInt()).isEqualTo(20);
    assertThat(response.at("/weir/cost_usd").asDouble()).isEqualTo(6e-6);
    assertThat(calls()).hasSize(2);
    assertThat(calls().get(1).body()).contains("/city", "\\\"city\\\": 7");
  }

  @Test
  void whatIsWrongTwiceFailsAndKeepsTheText() throws Exception {
    JsonNode response = ask("checked", WRONG, "no JSON");
    assertThat(response.path("status").asText()).isEqualTo("failed");
    assertThat(response.at("/error/code").asText()).isEqualTo("invalid_output");
    assertThat(text(response)).isEqualTo("no JSON");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void nothingIsShownBeforeItIsRight() throws Exception {
    answers.addAll(List.of(WRONG, RIGHT));
    String events = post("checked", "rich", "\"stream\": true, ").body();
    assertThat(events).contains("response.completed", "Ulm").doesNotContain(": 7");
  }

  @Test
  void anUpstreamsOwnModeStreamsAndIsChecked() throws Exception {
    JsonNode right = ask("native", RIGHT);
    assertThat(right.path("status").asText()).isEqualTo("completed");
    assertThat(calls().getFirst().body()).contains("response_format");
    JsonNode wrong = ask("native", WRONG);
    assertThat(wrong.path("status").asText()).isEqualTo("failed");
    assertThat(wrong.at("/error/code").asText()).isEqualTo("invalid_output");
    assertThat(text(wrong)).isEqualTo("{\"city\": 7}");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void whereNobodyChecksTheAnswerIsTakenAsItComes() throws Exception {
    assertThat(text(ask("loose", WRONG))).isEqualTo("{\"city\": 7}");
  }

  @Test
  void chatCompletionsAreHeldToTheirFormToo() throws Exception {
    answers.addAll(List.of(WRONG, RIGHT, WRONG, WRONG));
    String body =
        """
        {"model": "checked", "messages": [{"role": "user", "content": "Ulm?"}], "response_format":
          {"type": "json_schema", "json_schema": {"name": "form", "schema": %s}}}\
        """
            .formatted(SCHEMA);
    HttpResponse<String> right = send("/v1/chat/completions", "rich", body);
    assertThat(json(right).at("/choices/0/message/content").asText())
        .as(right.body())
        .isEqualTo("{\"city\": \"Ulm\"}");
    HttpResponse<String> wrong = send("/v1/chat/completions", "rich", body);
    assertThat(wrong.statusCode()).isEqualTo(502);
    assertThat(json(wrong).at("/error/code").asText()).isEqualTo("invalid_output");
  }

  @Test
  void cancelReachesTheRepair() throws Exception {
    answers.addAll(List.of(WRONG, HANGS));
    String id = json(post("checked", "rich", "\"background\": true, ")).path("id").asText();
    assertThat(hanging.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
    JsonNode cancelled = json(send("/v1/responses/" + id + "/cancel", "rich", "{}"));
    assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
    assertThat(left.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(calls()).hasSize(2);
  }

  @Test
  void aBudgetTooSmallForTheRepairLeavesTheFirstAnswer() throws Exception {
    outputTokens = 5000;
    answers.addAll(List.of(WRONG, RIGHT));
    JsonNode response = json(post("checked", "poor", ""));
    assertThat(response.path("status").asText()).isEqualTo("failed");
    assertThat(response.at("/error/code").asText()).isEqualTo("invalid_output");
    assertThat(text(response)).isEqualTo("{\"city\": 7}");
    assertThat(calls()).hasSize(1);
  }

  @Test
  void aSchemaThatIsNoneIsRefusedBeforeAnythingIsAsked() throws Exception {
    HttpResponse<String> refused =
        send(
            "/v1/responses",
            "rich",
            body("checked", "", "Ulm?").replace("\"object\"", "\"objet\""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("invalid_json_schema");
    assertThat(calls()).isEmpty();
  }

  private static final String SCHEMA =
      "{\"type\": \"object\", \"required\": [\"city\"], \"properties\": {\"city\": {\"type\":"
          + " \"string\"}}}";

  private List<ScriptedUpstream.Request> calls() {
    return upstream.requests().subList(asked, upstream.requests().size());
  }

  private static JsonNode ask(String model, String... said) throws Exception {
    answers.addAll(List.of(said));
    return json(post(model, "rich", ""));
  }

  private static HttpResponse<String> post(String model, String key, String more) throws Exception {
    return post(model, key, more, "Ulm?");
  }

  private static HttpResponse<String> post(String model, String key, String more, String question)
      throws Exception {
    return send("/v1/responses", key, body(model, more, question));
  }

  private static String body(String model, String more, String question) {
    return """
    {%s"model": "%s", "input": "%s", "text": {"format": {"type": "json_schema", "name": "form", "schema": %s}}}\
    """
        .formatted(more, model, question, SCHEMA);
  }

  private static HttpResponse<String> send(String path, String key, String body) throws Exception {
    return nodes
        .node()
        .send(
            nodes
                .node()
                .request(path)
                .header("Authorization", "Bearer " + key)
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String text(JsonNode response) {
    return response.at("/output/0/content/0/text").asText();
  }
}
