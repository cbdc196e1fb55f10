package dev.weir.gateway.node;

import static dev.weir.gateway.node.Operator.expect;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Canaries on three nodes, whose users are many and ask anywhere. */
class CanaryAcrossNodesTest {

  private static final int USERS = 24;
  private static final int MOST_ROUNDS = 200;
  private static final DatabaseSettings POSTGRES = TestDatabase.postgres();
  private static final String SETTINGS =
      """
      weir.telemetry.interval = 100ms
      weir.catalog.poll-interval = 100ms
      weir.database { url = "%s", user = postgres, password = "", pool-size = 4 }
      """
          .formatted(POSTGRES.url());

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of(SETTINGS, SETTINGS, SETTINGS);

  private final List<Operator> operators =
      IntStream.range(0, 3).mapToObj(nodes::node).map(Operator::new).toList();
  private int asked;

  @Test
  void oneThatIsTwiceAsSlowIsSentBackByItself() throws Exception {
    deployment("slow", 2000, 8);
    bringIn("slow-model", "slow", "window = 1h, least-calls = 20");
    askUntilAll("slow-model", canary -> !stopped(canary).isEmpty());
    for (Operator operator : operators) {
      JsonNode canary = canary(operator, "slow-model");
      assertThat(stopped(canary)).startsWith("slower: its first token takes ");
      assertThat(canary.path("share").asInt()).isZero();
    }
    JsonNode newest = operators.getFirst().get("catalog/versions").path("versions").path(0);
    assertThat(newest.path("note").asText()).startsWith("canary slow sent back: slower");
    metric("weir_canary_stopped_total{", "model=\"slow-model\"", "reason=\"slower\"");
  }

  @Test
  void oneThatIsFasterButWrongIsSentBackByItselfAndNobodyHasItAnyMore() throws Exception {
    deployment("wrong", 0, 1);
    bringIn("wrong-model", "wrong", "window = 1h, least-calls = 20, evaluator { at-least = 20 }");
    askUntilAll("wrong-model", canary -> !stopped(canary).isEmpty());
    for (Operator operator : operators) {
      assertThat(stopped(canary(operator, "wrong-model"))).startsWith("is wrong more often: ");
    }
    assertThat(round("wrong-model"))
        .allSatisfy(
            answer ->
                assertThat(TestNode.json(answer).path("usage").path("output_tokens").asInt())
                    .isEqualTo(8));
  }

  @Test
  void anEqualOneGoesOnToAllUsersByItself() throws Exception {
    deployment("same", 1000, 8);
    bringIn("same-model", "same", "window = 1s, least-calls = 20, slower = 20");
    askUntilAll("same-model", canary -> canary.path("share").asInt() == 100);
    for (Operator operator : operators) {
      JsonNode canary = canary(operator, "same-model");
      assertThat(canary.path("step").asInt()).isEqualTo(1);
      assertThat(stopped(canary)).isEmpty();
    }
  }

  private void deployment(String name, int firstTokenMillis, int tokens) throws Exception {
    expect(
        200,
        operators
            .getFirst()
            .put(
                "deployments/" + name,
                "provider = builtin, engine = sim, inter-token = 0ms, time-to-first-token = "
                    + firstTokenMillis
                    + "ms, tokens = "
                    + tokens));
  }

  /** A canary for every second user of a model that {@code steady} serves to the others. */
  private void bringIn(String model, String deployment, String how) throws Exception {
    deployment("steady", 1000, 8);
    expect(
        200,
        operators
            .getLast()
            .put(
                "models/" + model,
                "deployments = [steady], canary { deployment = %s, steps = [50, 100], %s }"
                    .formatted(deployment, how)));
    awaitEverywhere(model);
  }

  /** A node that has just started may not be told at once: it asks. */
  private void awaitEverywhere(String model) {
    for (Operator operator : operators) {
      Await.until("a node to follow", () -> !canary(operator, model).isMissingNode());
    }
  }

  private void askUntilAll(String model, Predicate<JsonNode> wanted) throws Exception {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      assertThat(round(model)).extracting(HttpResponse::statusCode).containsOnly(200);
      boolean all = true;
      for (Operator operator : operators) {
        all &= wanted.test(canary(operator, model));
      }
      if (all) {
        return;
      }
    }
    throw new AssertionError("after many calls: " + canary(operators.getFirst(), model));
  }

  /** One call of each user, at once. */
  private List<HttpResponse<String>> round(String model) {
    List<CompletableFuture<HttpResponse<String>>> calls =
        IntStream.range(0, USERS).mapToObj(user -> ask(model, user)).toList();
    return calls.stream().map(CompletableFuture::join).toList();
  }

  private CompletableFuture<HttpResponse<String>> ask(String model, int user) {
    TestNode node = nodes.node(user % 3);
    String body = "{\"model\": \"%s\", \"input\": \"x %d\"}".formatted(model, asked++);
    return node.http()
        .sendAsync(
            node.request("/v1/responses")
                .header("Authorization", "Bearer user-" + user)
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }

  private static JsonNode canary(Operator operator, String model) throws Exception {
    return operator
        .get("models")
        .path("models")
        .valueStream()
        .filter(entry -> entry.path("name").asText().equals(model))
        .findFirst()
        .map(entry -> entry.path("canary"))
        .orElseGet(MissingNode::getInstance);
  }

  private static String stopped(JsonNode canary) {
    return canary.path("stopped").asText();
  }

  /** All nodes of this process share their numbers. */
  private static void metric(String... parts) {
    Await.found(
        List.of(parts).toString(),
        () -> nodes.node().get("/metrics").body(),
        page -> page.lines().anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }
}
