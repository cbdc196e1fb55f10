package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.openai.ChatBatchDesk;
import dev.weir.inference.provider.upstream.BatchDesk.Outcome;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole node whose deployment has one slot, and a batch endpoint for those who can wait. */
class BatchEndpointTest {

  private static final ChatBatchDesk desk = new ChatBatchDesk();
  private static final ScriptedUpstream upstream = ScriptedUpstream.start(desk);

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          """
          weir.deployments.desk {
            provider = openai, base-url = "%s/v1", slots = 1, price { input = 100, output = 100 }
            together { calls = asked, max-size = 3, max-wait = 1h, poll = 20ms }
          }
          weir.models.desk { deployments = [desk] }\
          """
              .formatted(upstream.url()));

  private final TestNode node = nodes.node();

  @AfterAll
  static void stop() {
    upstream.close();
  }

  @Test
  void backgroundResponsesShareABatchAndNobodyElseWaitsForIt() throws Exception {
    desk.looks(-1);
    desk.outcomes(said -> said.equals("three") ? Outcome.TOO_LONG : Outcome.ANSWERED);
    String one = later("one");
    String two = later("two");
    assertThat(now().at("/status").asText()).isEqualTo("completed");
    assertThat(desk.batches()).isEmpty();

    String three = later("three");
    Await.until("the batch", () -> desk.batches().size() == 1);
    assertThat(desk.batches().getFirst().calls().values())
        .containsExactlyInAnyOrder("one", "two", "three");
    assertThat(now().at("/output/0/content/0/text").asText()).isEqualTo("Now.");
    assertThat(read(one).at("/status").asText()).isIn("queued", "in_progress");

    desk.looks(0);
    for (String id : List.of(one, two, three)) {
      Await.until(
          "its answer",
          () -> !List.of("queued", "in_progress").contains(read(id).at("/status").asText()));
    }
    assertThat(read(one).at("/output/0/content/0/text").asText()).isEqualTo("Re: one");
    assertThat(read(two).at("/output/0/content/0/text").asText()).isEqualTo("Re: two");
    assertThat(read(two).at("/usage/output_tokens").asInt()).isEqualTo(3);
    assertThat(read(two).at("/weir/cost_usd").asDouble())
        .as("8 tokens at half their price")
        .isEqualTo(8 * 50e-6);
    assertThat(read(three).at("/error/code").asText()).isEqualTo("context_length_exceeded");
    assertThat(desk.batches()).hasSize(1);
    Await.until("its files to be deleted", () -> desk.deleted().size() == 3);
  }

  @Test
  void aWishThatNobodyKnowsIsRefused() throws Exception {
    JsonNode refused =
        json(
            node.post(
                "/v1/responses",
                """
                {"model": "desk", "input": "Hi", "background": true,
                 "metadata": {"weir.together": "soon"}}\
                """));
    assertThat(refused.at("/error/code").asText()).isEqualTo("invalid_value");
  }

  private String later(String input) throws Exception {
    return json(node.post(
            "/v1/responses",
            """
            {"model": "desk", "input": "%s", "background": true,
             "metadata": {"weir.together": "on"}}\
            """
                .formatted(input)))
        .at("/id")
        .asText();
  }

  private JsonNode now() throws Exception {
    return json(
        node.post(
            "/v1/responses",
            """
            {"model": "desk", "input": "Now", "metadata": {"weir.together": "on"}}\
            """));
  }

  private JsonNode read(String id) {
    try {
      return json(node.get("/v1/responses/" + id));
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }
}
