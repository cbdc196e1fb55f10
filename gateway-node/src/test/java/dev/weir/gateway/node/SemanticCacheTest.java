package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two nodes, the built-in embeddings, and questions that mean the same. */
class SemanticCacheTest {

  private static final String QUESTION = "Which river flows through the middle of the old town";
  private static final AtomicInteger answers = new AtomicInteger();
  private static final AtomicInteger vectors = new AtomicInteger();
  private static final AtomicInteger variants = new AtomicInteger();
  private static final ScriptedUpstream upstream = ScriptedUpstream.start(SemanticCacheTest::play);

  private static final String SETTINGS =
      """
      weir {
        admin.key = admin
        deployments {
          like {
            provider = openai, base-url = "%1$s/v1", price { input = 1, output = 1 }
            cache { calls = all, scope = tenant
                    semantic { enabled = on, threshold = 0.8, max-wait = 60s } }
          }
          counted { provider = openai, base-url = "%1$s/v1", serves = [embeddings] }
          exact {
            provider = openai, base-url = "%1$s/v1"
            cache { calls = all, semantic.embeddings = counted }
          }
        }
        models { like { deployments = [like] }, exact { deployments = [exact] } }
        keys {
          alice { sha256 = "%2$s", user = alice, tenant = acme }
          bob { sha256 = "%3$s", user = bob, tenant = acme }
          carol { sha256 = "%4$s", user = carol, tenant = other }
        }
      }
      """
          .formatted(
              upstream.url(),
              TestNode.sha256("alice"),
              TestNode.sha256("bob"),
              TestNode.sha256("carol"));

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(SETTINGS, SETTINGS);

  @AfterAll
  static void stop() {
    upstream.close();
  }

  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    if (exchange.request().line().contains("/embeddings")) {
      vectors.incrementAndGet();
    }
    exchange.events();
    exchange.event(
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Answer %d\"}}]}"
            .formatted(answers.incrementAndGet()));
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}");
    exchange.event("[DONE]");
    exchange.end();
  }

  @Test
  void whatMeansTheSameIsAnsweredByWhatIsKeptOnAnyNodeInItsScopeUntilItIsForgotten()
      throws Exception {
    JsonNode like = awaitLike("alice");
    JsonNode cache = like.path("weir").path("cache");
    assertThat(cache.path("similarity").asDouble()).isBetween(0.8, 1.0);
    assertThat(cache.path("key").asText()).hasSize(64);
    assertThat(like.path("weir").path("cost_usd").asDouble()).isZero();
    assertThat(like.path("usage").path("total_tokens").asInt()).isEqualTo(10);

    assertThat(status(ask(1, "bob", "like", variant()))).isEqualTo("semantic");
    assertThat(status(ask(0, "alice", "like", "How is rye bread baked at home?")))
        .isEqualTo("miss");
    assertThat(status(ask(0, "carol", "like", variant()))).isEqualTo("miss");
    assertThat(
            status(ask(0, "alice", "like", variant(), "\"instructions\": \"Answer in French.\", ")))
        .isEqualTo("miss");

    assertThat(
            nodes
                .node(1)
                .send(
                    HttpRequest.newBuilder(
                            URI.create(
                                "http://127.0.0.1:%d/admin/cache?model=like"
                                    .formatted(nodes.node(1).node().adminPort())))
                        .header("Authorization", "Bearer admin")
                        .DELETE())
                .statusCode())
        .isEqualTo(200);
    assertThat(status(ask(0, "alice", "like", variant()))).isEqualTo("miss");
  }

  @Test
  void whereItIsOffNothingIsMeasuredAndOnlyEqualQuestionsShare() throws Exception {
    String question = variant();
    assertThat(status(ask(0, "alice", "exact", question))).isEqualTo("miss");
    assertThat(status(ask(1, "alice", "exact", question))).isIn("hit", "shared");
    assertThat(status(ask(0, "alice", "exact", variant()))).isEqualTo("miss");
    assertThat(vectors).hasValue(0);
  }

  /** The same question in words that were not used before. */
  private static String variant() {
    return QUESTION + ", say (" + variants.incrementAndGet() + ")?";
  }

  /** The first vector may come after the first answer; from then on there is something like it. */
  private static JsonNode awaitLike(String key) {
    int[] node = {0};
    return Await.found(
        "an answer to a question that is alike",
        () -> ask(node[0]++ % 2, key, "like", variant()),
        response -> status(response).equals("semantic"));
  }

  private static JsonNode ask(int node, String key, String model, String question)
      throws Exception {
    return ask(node, key, model, question, "");
  }

  private static JsonNode ask(int node, String key, String model, String question, String more)
      throws Exception {
    TestNode asked = nodes.node(node);
    JsonNode response =
        json(
            asked.send(
                asked
                    .request("/v1/responses")
                    .header("Authorization", "Bearer " + key)
                    .POST(
                        BodyPublishers.ofString(
                            "{\"model\": \"%s\", %s\"input\": \"%s\"}"
                                .formatted(model, more, question)))));
    assertThat(response.path("status").asText()).as(response.toString()).isEqualTo("completed");
    return response;
  }

  private static String status(JsonNode response) {
    return response.path("weir").path("cache").path("status").asText();
  }
}
