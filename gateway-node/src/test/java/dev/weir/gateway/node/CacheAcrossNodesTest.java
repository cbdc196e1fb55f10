package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Equal requests on three nodes share one answer: while it is made, and after. */
class CacheAcrossNodesTest {

  private static final int INPUT = 7;
  private static final int OUTPUT = 3;
  private static final Semaphore leave = new Semaphore(0);
  private static final Semaphore left = new Semaphore(0);
  private static final AtomicInteger failures = new AtomicInteger();
  private static final AtomicInteger questions = new AtomicInteger();
  private static final ScriptedUpstream upstream =
      ScriptedUpstream.start(CacheAcrossNodesTest::play);

  private static final String SETTINGS =
      """
      weir {
        http.admission-wait = 2m
        admin.key = admin
        deployments {
          mine { provider = openai, base-url = "%1$s/v1", price { input = 1, output = 1 }
                 cache { calls = deterministic } }
          ours { provider = openai, base-url = "%1$s/v1", price { input = 1, output = 1 }
                 cache { calls = all, scope = tenant } }
        }
        models { mine { deployments = [mine] }, ours { deployments = [ours] } }
        tiers.counted { tokens-per-day = 100000000 }
        users { alice { tier = counted, tenant = acme }, bob { tier = counted, tenant = acme }
                carol { tier = counted, tenant = other } }
        keys {
          alice { sha256 = "%2$s", user = alice, tenant = acme }
          bob { sha256 = "%3$s", user = bob, tenant = acme }
          carol { sha256 = "%4$s", user = carol, tenant = other }
          many { sha256 = "%5$s", user = many, tenant = acme }
          kept { sha256 = "%6$s", user = kept, tenant = acme }
          heir { sha256 = "%7$s", user = heir, tenant = acme }
        }
        tiers.default = ${weir.tiers.counted}
      }
      """
          .formatted(
              upstream.url(),
              TestNode.sha256("alice"),
              TestNode.sha256("bob"),
              TestNode.sha256("carol"),
              TestNode.sha256("many"),
              TestNode.sha256("kept"),
              TestNode.sha256("heir"));

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of(SETTINGS, SETTINGS, SETTINGS);

  /** No test asks what another has asked. */
  private final String question = "Question " + questions.incrementAndGet();

  @AfterAll
  static void stop() {
    upstream.close();
  }

  @BeforeEach
  void forgetPermits() {
    leave.drainPermits();
    left.drainPermits();
  }

  /** The first word, then, with leave, the rest; or an error, as often as was asked for. */
  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    if (failures.getAndUpdate(more -> Math.max(0, more - 1)) > 0) {
      exchange.answer(500, "{\"error\": {\"message\": \"No.\"}}");
      return;
    }
    exchange.events();
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Once\"}}]}");
    if (exchange.request().body().contains("until closed")) {
      exchange.awaitClosed();
      left.release();
      return;
    }
    leave.acquireUninterruptibly();
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\" only.\"}}]}");
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}"
            .formatted(INPUT, OUTPUT, INPUT + OUTPUT));
    exchange.event("[DONE]");
    exchange.end();
  }

  @Test
  void fiveHundredAtOnceMakeOneCallAndOneCharge() throws Exception {
    List<CompletableFuture<HttpResponse<InputStream>>> asked = new ArrayList<>();
    for (int request = 0; request < 500; request++) {
      asked.add(stream(request % 3, "many", body("mine", "")));
    }
    for (CompletableFuture<HttpResponse<InputStream>> accepted : asked) {
      accepted.get(2, TimeUnit.MINUTES);
    }
    leave.release();
    List<JsonNode> ended = new ArrayList<>();
    for (CompletableFuture<HttpResponse<InputStream>> answer : asked) {
      ended.add(end(answer));
    }
    assertThat(ended).allSatisfy(CacheAcrossNodesTest::assertWhole);
    assertThat(ended).filteredOn(response -> status(response).equals("miss")).hasSize(1);
    assertThat(ended).filteredOn(response -> status(response).equals("shared")).hasSize(499);
    assertThat(calls()).isEqualTo(1);
    assertThat(cost(ended)).isEqualTo(INPUT + OUTPUT);
    awaitSpent("many", INPUT + OUTPUT);
  }

  @Test
  void aKeptAnswerSaysSoAndCostsNothing() throws Exception {
    leave.release(5);
    JsonNode first = whole(0, "kept", body("mine", ""));
    JsonNode second = whole(1, "kept", body("mine", ""));
    assertWhole(first);
    assertWhole(second);
    assertThat(status(first)).isEqualTo("miss");
    assertThat(status(second)).isEqualTo("hit");
    assertThat(second.path("weir").path("cost_usd").asDouble()).isZero();
    assertThat(second.path("usage").path("total_tokens").asInt()).isEqualTo(INPUT + OUTPUT);
    assertThat(second.path("weir").path("cache").path("key"))
        .isEqualTo(first.path("weir").path("cache").path("key"));
    assertThat(calls()).isEqualTo(1);
    awaitSpent("kept", INPUT + OUTPUT);
  }

  @Test
  void anAnswerStaysWithItsUserUnlessItsTenantShares() throws Exception {
    leave.release(9);
    assertThat(status(whole(0, "alice", body("mine", "")))).isEqualTo("miss");
    assertThat(status(whole(0, "bob", body("mine", "")))).isEqualTo("miss");
    assertThat(status(whole(0, "alice", body("ours", "")))).isEqualTo("miss");
    assertThat(status(whole(1, "bob", body("ours", "")))).isEqualTo("hit");
    assertThat(status(whole(2, "carol", body("ours", "")))).isEqualTo("miss");
    assertThat(calls()).isEqualTo(4);
  }

  @Test
  void whatIsNotAskedForIsNotShared() throws Exception {
    leave.release(9);
    String warm = body("mine", "").replace("\"temperature\": 0", "\"temperature\": 1");
    assertThat(whole(0, "alice", warm).path("weir").has("cache")).isFalse();
    assertThat(whole(0, "alice", warm).path("weir").has("cache")).isFalse();
    String asking = warm.replace("{}", "{\"weir.cache\": \"on\"}");
    assertThat(status(whole(0, "alice", asking))).isEqualTo("miss");
    assertThat(status(whole(1, "alice", asking))).isEqualTo("hit");
    String fresh = warm.replace("{}", "{\"weir.cache\": \"refresh\"}");
    assertThat(status(whole(2, "alice", fresh))).isEqualTo("miss");
    assertThat(calls()).isEqualTo(4);
    HttpResponse<String> wrong =
        post(0, "alice", warm.replace("{}", "{\"weir.cache\": \"maybe\"}"));
    assertThat(wrong.statusCode()).isEqualTo(400);
  }

  @Test
  void theLeadersCancelLeavesItsFollowersRunningAndPassesTheBillOn() throws Exception {
    HttpResponse<InputStream> leader =
        stream(0, "alice", body("ours", "")).get(1, TimeUnit.MINUTES);
    String id = untilFirstWord(leader);
    CompletableFuture<HttpResponse<InputStream>> follower = stream(1, "heir", body("ours", ""));
    follower.get(1, TimeUnit.MINUTES);
    assertThat(cancel(2, "alice", id).path("status").asText()).isEqualTo("cancelled");
    leave.release();
    JsonNode ended = end(follower);
    assertWhole(ended);
    assertThat(calls()).isEqualTo(1);
    awaitSpent("heir", INPUT + OUTPUT);
  }

  @Test
  void theLastOnesCancelClosesTheExchange() throws Exception {
    String body = body("mine", " until closed");
    String first = untilFirstWord(stream(0, "alice", body).get(1, TimeUnit.MINUTES));
    String second = untilFirstWord(stream(1, "alice", body).get(1, TimeUnit.MINUTES));
    cancel(0, "alice", first);
    assertThat(left.tryAcquire()).isFalse();
    cancel(0, "alice", second);
    assertThat(left.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void afterAFailureAllTryAgainTogether() throws Exception {
    failures.set(1);
    leave.release(100);
    List<CompletableFuture<HttpResponse<InputStream>>> asked = new ArrayList<>();
    for (int request = 0; request < 30; request++) {
      asked.add(stream(request % 3, "alice", body("mine", "")));
    }
    for (CompletableFuture<HttpResponse<InputStream>> answer : asked) {
      assertWhole(end(answer));
    }
    assertThat(calls()).isEqualTo(2);
  }

  @Test
  void anyNodesOperatorMakesAllForget() throws Exception {
    leave.release(99);
    String tag = "tag-" + question.replace(' ', '-');
    String tagged = body("mine", "").replace("{}", "{\"weir.cache_tag\": \"" + tag + "\"}");
    for (int other = 0; other < 6; other++) {
      whole(other % 3, "alice", tagged.replace("\"input\": \"", "\"input\": \"" + other));
    }
    String key = whole(0, "alice", tagged).path("weir").path("cache").path("key").asText();
    assertThat(forget(1, "tag=nothing").path("forgotten").asInt()).isZero();
    assertThat(status(whole(1, "alice", tagged))).isEqualTo("hit");
    assertThat(forget(2, "key=" + key).path("forgotten").asInt()).isEqualTo(1);
    assertThat(status(whole(1, "alice", tagged))).isEqualTo("miss");
    JsonNode forgotten = forget(0, "tag=" + tag);
    assertThat(forgotten.path("nodes").asInt()).isEqualTo(3);
    assertThat(forgotten.path("forgotten").asInt()).isEqualTo(7);
    assertThat(status(whole(2, "alice", tagged))).isEqualTo("miss");
    JsonNode kept = admin(1, "GET", "");
    assertThat(kept.path("models").path("mine").path("entries").asInt()).isPositive();
    assertThat(kept.path("models").path("mine").path("bytes").asInt()).isPositive();
    assertThat(forget(0, "model=mine").path("forgotten").asInt())
        .isEqualTo(kept.path("models").path("mine").path("entries").asInt());
    assertThat(admin(2, "GET", "").path("models").has("mine")).isFalse();
  }

  @Test
  void whatToForgetMustBeSaid() throws Exception {
    for (String query : List.of("", "?mdl=mine", "?model=", "?all=true&model=mine", "?all=no")) {
      assertThat(sendAdmin(0, "DELETE", query).statusCode()).as(query).isEqualTo(400);
    }
    assertThat(forget(0, "all=true").path("nodes").asInt()).isEqualTo(3);
  }

  private String body(String model, String more) {
    return """
    {"model": "%s", "input": "%s", "temperature": 0, "max_output_tokens": 50, "metadata": {}}\
    """
        .formatted(model, question + more);
  }

  private long calls() {
    return upstream.requests().stream()
        .filter(
            request ->
                request.body().contains(question + "\"")
                    || request.body().contains(question + " until"))
        .count();
  }

  private static HttpRequest.Builder request(int node, String key, String path) {
    return nodes.node(node).request(path).header("Authorization", "Bearer " + key);
  }

  private static HttpResponse<String> post(int node, String key, String body) throws Exception {
    return nodes
        .node(node)
        .send(request(node, key, "/v1/responses").POST(BodyPublishers.ofString(body)));
  }

  private static JsonNode whole(int node, String key, String body) throws Exception {
    HttpResponse<String> answer = post(node, key, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  private static CompletableFuture<HttpResponse<InputStream>> stream(
      int node, String key, String body) {
    String streamed = body.replaceFirst("\\{", "{\"stream\": true, ");
    return nodes
        .node(node)
        .http()
        .sendAsync(
            request(node, key, "/v1/responses").POST(BodyPublishers.ofString(streamed)).build(),
            BodyHandlers.ofInputStream());
  }

  /** The response as its last event tells it. */
  private static JsonNode end(CompletableFuture<HttpResponse<InputStream>> answer)
      throws Exception {
    try (InputStream in = answer.get(2, TimeUnit.MINUTES).body()) {
      String last =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("data: {"))
              .reduce((one, next) -> next)
              .orElseThrow();
      return Json.readObject(last.substring(6).getBytes(StandardCharsets.UTF_8)).path("response");
    }
  }

  /** Reads until the model has said something; returns the response's id. */
  private static String untilFirstWord(HttpResponse<InputStream> answer) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf("Once") < 0) {
      int next = answer.body().read();
      assertThat(next).as(read.toString()).isNotNegative();
      read.append((char) next);
    }
    int id = read.indexOf("resp_");
    return read.substring(id, read.indexOf("\"", id));
  }

  private static JsonNode cancel(int node, String key, String id) throws Exception {
    return json(
        nodes
            .node(node)
            .send(
                request(node, key, "/v1/responses/" + id + "/cancel")
                    .POST(BodyPublishers.noBody())));
  }

  private static void assertWhole(JsonNode response) {
    assertThat(response.path("status").asText()).as(response.toString()).isEqualTo("completed");
    assertThat(response.path("output").path(0).path("content").path(0).path("text").asText())
        .isEqualTo("Once only.");
  }

  private static String status(JsonNode response) {
    return response.path("weir").path("cache").path("status").asText();
  }

  /** In millionths of a dollar, which is what a token costs. */
  private static long cost(List<JsonNode> responses) {
    return Math.round(
        responses.stream()
                .mapToDouble(response -> response.path("weir").path("cost_usd").asDouble())
                .sum()
            * 1e6);
  }

  private static long spent(String key) throws Exception {
    JsonNode usage = json(nodes.node(0).send(request(0, key, "/v1/usage")));
    for (JsonNode window : usage.path("windows")) {
      if (window.path("meter").asText().equals("tokens_per_day")) {
        return window.path("spent").asLong();
      }
    }
    throw new AssertionError(usage.toString());
  }

  /** Nothing is reserved any more, and so much is spent. */
  private static void awaitSpent(String key, long expected) {
    Await.found(expected + " spent by " + key, () -> spent(key), spent -> spent == expected);
  }

  private static JsonNode forget(int node, String query) throws Exception {
    return admin(node, "DELETE", "?" + query);
  }

  private static JsonNode admin(int node, String method, String query) throws Exception {
    HttpResponse<String> answer = sendAdmin(node, method, query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  private static HttpResponse<String> sendAdmin(int node, String method, String query)
      throws Exception {
    TestNode asked = nodes.node(node);
    URI uri =
        URI.create("http://127.0.0.1:%d/admin/cache%s".formatted(asked.node().adminPort(), query));
    return asked.send(
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer admin")
            .method(method, BodyPublishers.noBody()));
  }
}
