package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.weir.cluster.database.TestDatabase;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests with one Idempotency-Key are one request, at whichever of three nodes they arrive. */
class IdempotencyTest {

  private static final AtomicInteger tests = new AtomicInteger();
  private static final Semaphore leave = new Semaphore(0);
  private static final ScriptedUpstream upstream = ScriptedUpstream.start(IdempotencyTest::play);

  private static final String SETTINGS =
      """
      weir {
          database { url = "%4$s", user = postgres, password = "" }
        deployments {
          up { provider = openai, base-url = "%1$s/v1", price { input = 1, output = 1 } }
          narrow { provider = openai, base-url = "%1$s/v1", context-window = 64, max-output = 32 }
        }
        models { up { deployments = [up] }, narrow { deployments = [narrow] } }
        keys {
          alice { sha256 = "%2$s", user = alice }
          bob { sha256 = "%3$s", user = bob }
        }
      }
      """
          .formatted(
              upstream.url(),
              TestNode.sha256("alice"),
              TestNode.sha256("bob"),
              TestDatabase.postgres().url());

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of(SETTINGS, SETTINGS, SETTINGS);

  private final String key = "key-" + tests.incrementAndGet();
  private final String question = "Question " + key + ".";

  @AfterAll
  static void stop() {
    upstream.close();
  }

  /** The first word at once; what is asked to wait goes on with leave. */
  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    exchange.events();
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Once\"}}]}");
    if (exchange.request().body().contains("Wait.")) {
      leave.acquireUninterruptibly();
    }
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\" only.\"}}]}");
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}");
    exchange.event("[DONE]");
    exchange.end();
  }

  @Test
  void fiftyAtOnceAreOneCallAndFiftyEqualAnswers() throws Exception {
    assertOneCall("/v1/responses", response(question + " Wait.", ""));
  }

  @Test
  void soAreFiftyChatCompletions() throws Exception {
    assertOneCall("/v1/chat/completions", chat(question + " Wait."));
  }

  private void assertOneCall(String path, String body) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int request = 0; request < 50; request++) {
      asked.add(sending(request % 3, request(request % 3, "alice", path, key, body)));
    }
    leave.release();
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> answer : asked) {
      answers.add(answer.get(2, TimeUnit.MINUTES));
    }
    assertThat(answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
              assertThat(answer.body()).isEqualTo(answers.getFirst().body()).contains("Once only.");
              assertThat(answer.headers().firstValue("idempotency-key")).contains(key);
            });
    assertThat(answers).filteredOn(answer -> !replayed(answer)).hasSize(1);
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aStreamIsJoinedFromItsBeginningWhileItRunsAndAfter() throws Exception {
    String body = response(question + " Wait.", "\"stream\": true, ");
    CompletableFuture<HttpResponse<String>> first =
        sending(0, request(0, "alice", "/v1/responses", key, body));
    CompletableFuture<HttpResponse<String>> second =
        sending(1, request(1, "alice", "/v1/responses", key, body));
    leave.release();
    String events = first.get(1, TimeUnit.MINUTES).body();
    assertThat(events).contains("response.created", "Once", " only.", "response.completed");
    assertThat(second.get(1, TimeUnit.MINUTES).body()).isEqualTo(events);
    HttpResponse<String> late = send(2, "alice", "/v1/responses", key, body);
    assertThat(late.body()).isEqualTo(events);
    assertThat(replayed(late)).isTrue();
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void wholeAndStreamedAreTheSameRequest() throws Exception {
    JsonNode whole = json(send(0, "alice", "/v1/responses", key, response(question, "")));
    HttpResponse<String> streamed =
        send(1, "alice", "/v1/responses", key, response(question, "\"stream\": true, "));
    assertThat(streamed.body()).contains(whole.path("id").asText(), "response.completed");
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aBackgroundResponseIsTheSame() throws Exception {
    String body = response(question, "\"background\": true, ");
    JsonNode first = json(send(0, "alice", "/v1/responses", key, body));
    HttpResponse<String> second = send(1, "alice", "/v1/responses", key, body);
    assertThat(json(second).path("id")).isEqualTo(first.path("id"));
    assertThat(replayed(second)).isTrue();
  }

  @Test
  void anotherBodyIsRefused() throws Exception {
    send(0, "alice", "/v1/responses", key, response(question, ""));
    HttpResponse<String> other =
        send(1, "alice", "/v1/responses", key, response(question + " Really?", ""));
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(json(other).at("/error/code").asText()).isEqualTo("idempotency_key_reused");
    assertThat(json(other).at("/error/message").asText()).contains("Idempotency-Key");
    assertThat(send(2, "alice", "/v1/chat/completions", key, chat(question)).statusCode())
        .isEqualTo(409);
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void anotherUsersKeyIsAnotherKey() throws Exception {
    JsonNode alices = json(send(0, "alice", "/v1/responses", key, response(question, "")));
    HttpResponse<String> bobs = send(0, "bob", "/v1/responses", key, response(question, ""));
    assertThat(json(bobs).path("id")).isNotEqualTo(alices.path("id"));
    assertThat(replayed(bobs)).isFalse();
    assertThat(calls()).isEqualTo(2);
  }

  @Test
  void whatWasRefusedDoesNotBurnTheKey() throws Exception {
    String tooLong = response(question + " long".repeat(200), "").replace("\"up\"", "\"narrow\"");
    HttpResponse<String> refused = send(0, "alice", "/v1/responses", key, tooLong);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    HttpResponse<String> then = send(1, "alice", "/v1/responses", key, response(question, ""));
    assertThat(then.statusCode()).as(then.body()).isEqualTo(200);
    assertThat(replayed(then)).isFalse();
  }

  @Test
  void aClientThatHungUpComesBackToItsCompletion() throws Exception {
    String body = chat(question + " Wait.");
    CompletableFuture<HttpResponse<String>> gone =
        sending(0, request(0, "alice", "/v1/chat/completions", key, body));
    Await.until("the call", () -> calls() == 1);
    gone.cancel(true);
    leave.release();
    HttpResponse<String> back = send(1, "alice", "/v1/chat/completions", key, body);
    assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
    assertThat(back.body()).contains("Once only.");
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aDeletedResponseIsNotMadeAgain() throws Exception {
    String body = response(question, "");
    String id = json(send(0, "alice", "/v1/responses", key, body)).path("id").asText();
    HttpRequest.Builder delete =
        nodes
            .node(1)
            .request("/v1/responses/" + id)
            .header("Authorization", "Bearer alice")
            .DELETE();
    assertThat(nodes.node(1).send(delete).statusCode()).isEqualTo(200);
    HttpResponse<String> again = send(2, "alice", "/v1/responses", key, body);
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(json(again).at("/error/code").asText()).isEqualTo("idempotency_key_used");
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aMalformedKeyIsRefusedByName() throws Exception {
    for (String wrong : List.of("", "two words", "x".repeat(256))) {
      HttpResponse<String> answer =
          send(0, "alice", "/v1/responses", wrong, response(question, ""));
      assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
      assertThat(json(answer).at("/error/param").asText()).isEqualTo("Idempotency-Key");
    }
    assertThat(calls()).isZero();
  }

  @Test
  void anOfficialClientGetsTheSameResponseForItsKey() {
    ResponseCreateParams params =
        ResponseCreateParams.builder()
            .model("up")
            .input(question)
            .putAdditionalHeader("Idempotency-Key", key)
            .build();
    List<Response> answers = new ArrayList<>();
    for (int node = 0; node < 3; node++) {
      OpenAIClient client =
          OpenAIOkHttpClient.builder()
              .baseUrl(nodes.node(node).url("/v1").toString())
              .apiKey("alice")
              .build();
      try {
        answers.add(client.responses().create(params));
      } finally {
        client.close();
      }
    }
    assertThat(answers).allMatch(answers.getFirst()::equals);
    assertThat(calls()).isEqualTo(1);
  }

  private long calls() {
    return upstream.requests().stream()
        .filter(request -> request.body().contains(question))
        .count();
  }

  private static boolean replayed(HttpResponse<String> answer) {
    return answer.headers().firstValue("idempotent-replayed").filter("true"::equals).isPresent();
  }

  private static String response(String text, String more) {
    return "{%s\"model\": \"up\", \"input\": \"%s\"}".formatted(more, text);
  }

  private static String chat(String text) {
    return "{\"model\": \"up\", \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}]}"
        .formatted(text);
  }

  private static HttpRequest.Builder request(
      int node, String user, String path, String key, String body) {
    return nodes
        .node(node)
        .request(path)
        .header("Authorization", "Bearer " + user)
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString(body));
  }

  private static CompletableFuture<HttpResponse<String>> sending(
      int node, HttpRequest.Builder request) {
    return nodes.node(node).http().sendAsync(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> send(
      int node, String user, String path, String key, String body) throws Exception {
    return nodes.node(node).send(request(node, user, path, key, body));
  }
}
