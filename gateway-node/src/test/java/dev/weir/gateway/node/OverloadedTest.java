package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Iterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients see of a node that is past its capacity, and of what they allow themselves. */
class OverloadedTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          """
          weir.deployments.sim {
            slots = 1, queue.max-wait = 1ns, time-to-first-token = 0ms, inter-token = 0ms
          }
          weir.deployments.other {
            provider = builtin, engine = sim, time-to-first-token = 0ms, inter-token = 0ms
          }
          weir.models {
            best { deployments = [sim], degrade-to = cheap }
            cheap { deployments = [other] }
          }\
          """);

  private final TestNode node = nodes.node();

  @Test
  void pastItsCapacityADeploymentRefusesAtOnceOrACheaperModelAnswersAndSaysSo() throws Exception {
    ResponseCreateParams endless = SimResponses.endless("Go on.").build();
    try (var busy = node.client().responses().createStreaming(endless)) {
      Iterator<ResponseStreamEvent> events = busy.stream().iterator();
      String running = events.next().asCreated().response().id();
      awaitText(events);

      HttpResponse<String> refused = ask("sim", "{}");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(json(refused).at("/error/code").asText()).isEqualTo("queue_too_long");
      assertThat(refused.headers().firstValueAsLong("retry-after").orElseThrow())
          .isBetween(1L, 60L);

      JsonNode degraded = json(ask("best", "{}"));
      assertThat(degraded.at("/status").asText()).isEqualTo("completed");
      assertThat(degraded.at("/weir/deployment").asText()).isEqualTo("other");
      assertThat(degraded.at("/weir/degraded_from").asText()).isEqualTo("best");
      node.client().responses().cancel(running);
    }
  }

  @Test
  void whoIsServedByWhatItAskedForIsNotToldOtherwise() throws Exception {
    assertThat(json(ask("cheap", "{}")).at("/weir").has("degraded_from")).isFalse();
  }

  @Test
  void anAnswerThatIsNotThereByItsDeadlineHasFailed() throws Exception {
    JsonNode late =
        json(ask("cheap", "{\"weir.deadline_ms\": \"5000\", \"sim.ttft_ms\": \"600000\"}"));
    assertThat(late.at("/status").asText()).isEqualTo("failed");
    assertThat(late.at("/error/code").asText()).isEqualTo("deadline_exceeded");
    assertThat(late.at("/weir/attempts").asInt()).isEqualTo(1);
  }

  @Test
  void aHeaderIsADeadlineTooAndACompletionThatMissesItIsA504() throws Exception {
    HttpResponse<String> late =
        node.send(
            node.request("/v1/chat/completions")
                .header("X-Request-Timeout", "200ms")
                .POST(
                    BodyPublishers.ofString(
                        """
                        {"model": "cheap", "messages": [{"role": "user", "content": "Hi"}],
                         "metadata": {"sim.ttft_ms": "60000"}}\
                        """)));
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(json(late).at("/error/code").asText()).isEqualTo("deadline_exceeded");
  }

  @Test
  void whatIsThereByTheDeadlineStaysAsAnIncompleteAnswer() throws Exception {
    JsonNode cut =
        json(
            ask(
                "cheap",
                "{\"weir.deadline_ms\": \"6000\", \"sim.itl_ms\": \"100\", \"sim.tokens\":"
                    + " \"2000\"}"));
    assertThat(cut.at("/status").asText()).isEqualTo("incomplete");
    assertThat(cut.at("/incomplete_details/reason").asText()).isEqualTo("deadline_exceeded");
    assertThat(cut.at("/output/0/content/0/text").asText()).isNotBlank();
  }

  @Test
  void aHeaderThatIsNoTimeIsRefused() throws Exception {
    HttpResponse<String> refused =
        node.send(
            node.request("/v1/responses")
                .header("X-Request-Timeout", "soon")
                .POST(BodyPublishers.ofString("{\"model\": \"cheap\", \"input\": \"Hi\"}")));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).at("/error/param").asText()).isEqualTo("X-Request-Timeout");
  }

  @Test
  void whatAClientAllowsItsRequestBoundsItsAnswerOrRefusesIt() throws Exception {
    HttpResponse<String> none = ask("cheap", "{\"weir.max_tokens_total\": \"3\"}");
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(json(none).at("/error/code").asText()).isEqualTo("request_cap_reached");
    JsonNode some = json(ask("cheap", "{\"weir.max_tokens_total\": \"30\"}"));
    assertThat(some.at("/status").asText()).isEqualTo("incomplete");
    assertThat(some.at("/usage/total_tokens").asInt()).isLessThanOrEqualTo(30);
  }

  /** Until its call runs. */
  private static void awaitText(Iterator<ResponseStreamEvent> events) {
    while (!events.next().isOutputTextDelta()) {
      // What comes before says nothing of the slot.
    }
  }

  private HttpResponse<String> ask(String model, String metadata) throws Exception {
    return node.post(
        "/v1/responses",
        "{\"model\": \"%s\", \"input\": \"Hi\", \"metadata\": %s}".formatted(model, metadata));
  }
}
