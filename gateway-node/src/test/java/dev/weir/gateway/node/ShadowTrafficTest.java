package dev.weir.gateway.node;

import static dev.weir.gateway.node.Operator.expect;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weir.cluster.database.TestDatabase;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two nodes whose models have shadows, and real upstreams that count. */
class ShadowTrafficTest {

  private static final int CALLS = 20;
  private static final TwinUpstream UPSTREAM = TwinUpstream.start();
  private static final String SETTINGS =
      UPSTREAM.deployments()
          + """
          weir.database { url = "%s", user = postgres, password = "", pool-size = 4 }
          weir.telemetry.interval = 100ms
          weir.catalog.poll-interval = 100ms
          weir.models {
            plain { deployments = [shown] }
            half { deployments = [shown], shadow { deployment = part, share = 0.5 } }
            alike { deployments = [shown], shadow { deployment = same, share = 1 } }
            unlike { deployments = [shown]
              shadow { deployment = other, share = 1, evaluator { without = niemanden } } }
            failing { deployments = [shown], shadow { deployment = broken, share = 1 } }
            hanging { deployments = [shown], shadow { deployment = silent, share = 1 } }
          }
          """
              .formatted(TestDatabase.postgres().url());

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(SETTINGS, SETTINGS);

  @AfterAll
  static void stop() {
    UPSTREAM.close();
  }

  private final Operator operator = new Operator(nodes.node(0));

  @Test
  void answersAreTheSameWithAndWithoutAShadowAndTheSumsOfAllNodesAreInOnePlace() throws Exception {
    String plain = text(nodes.node(0), "plain", "");
    for (int call = 0; call < CALLS; call++) {
      assertThat(text(nodes.node(call % 2), "alike", "")).isEqualTo(plain);
      assertThat(text(nodes.node(call % 2), "unlike", "")).isEqualTo(plain);
    }
    JsonNode alike = await("alike", shadow -> shadow.at("/calls/equal").asInt() == CALLS);
    assertThat(alike.path("nodes").asInt()).isEqualTo(2);
    assertThat(alike.path("similarity").asDouble()).isEqualTo(1);
    assertThat(alike.at("/shadow_mean/output_tokens").asInt()).isEqualTo(5);
    assertThat(UPSTREAM.calls("same")).isEqualTo(CALLS);

    JsonNode unlike = await("unlike", shadow -> shadow.at("/calls/different").asInt() == CALLS);
    assertThat(unlike.path("similarity").asDouble()).isEqualTo(0.5);
    assertThat(unlike.path("shown_wrong").asInt()).isZero();
    assertThat(unlike.path("shadow_wrong").asInt()).isEqualTo(CALLS);
    assertThat(UPSTREAM.calls("other")).isEqualTo(CALLS);
    metric("weir_shadow_calls_total{", "model=\"unlike\"", "outcome=\"different\"");
    metric("weir_shadow_ttft_seconds_count{", "model=\"alike\"", "side=\"shadow\"");
  }

  @Test
  void aShadowThatFailsOrHangsChangesNothingForClients() throws Exception {
    String plain = text(nodes.node(0), "plain", "");
    int before = UPSTREAM.calls("shown");
    for (int call = 0; call < CALLS; call++) {
      assertThat(text(nodes.node(0), "failing", "")).isEqualTo(plain);
      assertThat(text(nodes.node(0), "hanging", "")).isEqualTo(plain);
    }
    assertThat(UPSTREAM.calls("shown")).isEqualTo(before + 2 * CALLS);
    await("failing", shadow -> shadow.at("/calls/shadow_failed").asInt() == CALLS);
    assertThat(UPSTREAM.calls("broken")).as("shadows are not retried").isEqualTo(CALLS);
  }

  /** Fewer than 20 or more than 80 of 100 would come of chance once in a thousand million times. */
  @Test
  void theShareIsKeptAndEveryDrawnCallIsAskedOnce() throws Exception {
    for (int call = 0; call < 100; call++) {
      text(nodes.node(call % 2), "half", "");
    }
    await(
        "half",
        shadow -> {
          int compared = shadow.at("/calls/equal").asInt();
          return compared >= 20 && compared == UPSTREAM.calls("part");
        });
    assertThat(UPSTREAM.calls("part")).isLessThanOrEqualTo(80);
  }

  @Test
  void aRequestCanSayNoAndAnOperatorChangeIt() throws Exception {
    String model = "deployments = [shown], shadow { deployment = same, share = %s }";
    expect(200, operator.put("models/changed", model.formatted("1")));
    await("changed", shadow -> !shadow.isMissingNode());
    int before = UPSTREAM.calls("same");
    text(nodes.node(0), "changed", ", \"metadata\": {\"weir.shadow\": \"off\"}");
    text(nodes.node(0), "changed", "");
    await("changed", shadow -> shadow.at("/calls/equal").asInt() == 1);
    assertThat(UPSTREAM.calls("same")).isEqualTo(before + 1);
    assertThat(operator.put("models/changed", model.formatted("2")).body())
        .contains("weir.models.changed.shadow.share = 2.0: more than 0.0, up to 1.0");
    expect(200, operator.put("models/changed", "deployments = [shown]"));
    await("changed", JsonNode::isMissingNode);
  }

  private static String text(TestNode node, String model, String more) throws Exception {
    String body = "{\"model\": \"%s\", \"input\": \"Hi\"%s}".formatted(model, more);
    JsonNode answer = expect(200, node.post("/v1/responses", body));
    assertThat(answer.at("/weir/deployment").asText()).isEqualTo("shown");
    assertThat(answer.at("/usage/output_tokens").asInt()).isEqualTo(5);
    return answer.at("/output/0/content/0/text").asText();
  }

  private JsonNode await(String model, Predicate<JsonNode> wanted) {
    return Await.found("what the shadow of " + model + " came to", () -> shadow(model), wanted);
  }

  private JsonNode shadow(String model) throws Exception {
    return operator
        .get("models")
        .path("models")
        .valueStream()
        .filter(entry -> entry.path("name").asText().equals(model))
        .findFirst()
        .map(entry -> entry.path("shadow"))
        .orElseGet(MissingNode::getInstance);
  }

  /** All nodes of this process share their numbers. */
  private static void metric(String... parts) {
    Await.until(
        "the metric " + List.of(parts),
        () ->
            nodes
                .node()
                .get("/metrics")
                .body()
                .lines()
                .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }
}
