package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static dev.weir.gateway.node.SimResponses.endless;
import static dev.weir.gateway.node.SimResponses.text;
import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A model with one slot and one place to wait, as clients see it. */
class QueuedTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          """
          weir.deployments.sim {
            slots = 1, queue.max-requests = 1, time-to-first-token = 0ms, inter-token = 0ms
          }\
          """);

  private final TestNode node = nodes.node();
  private final OpenAIClient client = node.client();

  @Test
  void whoWaitsSeesItsPlaceAndWhoDoesNotFitHearsWhenToComeBack() throws Exception {
    List<ResponseStreamEvent> events = new ArrayList<>();
    List<HttpResponse<String>> refusals = new ArrayList<>();
    try (var busy = client.responses().createStreaming(endless("Go on.").build())) {
      String running = busy.stream().findFirst().orElseThrow().asCreated().response().id();
      try (var stream = client.responses().createStreaming(ask("And I?").build())) {
        stream.stream()
            .forEach(
                event -> {
                  events.add(event);
                  if (isQueued(event)) {
                    refusals.add(refused());
                    client.responses().cancel(running);
                  }
                });
      }
    }
    Response last = events.getLast().asCompleted().response();
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    events.forEach(accumulator::accumulate);
    assertThat(text(accumulator.response())).isEqualTo(text(last));
    assertThat(text(last)).isNotBlank();
    assertThat(events.stream().filter(QueuedTest::isQueued).map(QueuedTest::position))
        .containsExactly(1);
    assertThat(resumed(last.id())).isEqualTo(events.subList(1, events.size()));

    HttpResponse<String> refusal = refusals.getFirst();
    assertThat(refusal.statusCode()).isEqualTo(429);
    assertThat(json(refusal).at("/error/code").asText()).isEqualTo("queue_full");
    assertThat(refusal.headers().firstValueAsLong("retry-after").orElseThrow()).isBetween(1L, 60L);
  }

  private HttpResponse<String> refused() {
    try {
      return node.post("/v1/responses", "{\"model\": \"sim\", \"input\": \"And I?\"}");
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private List<ResponseStreamEvent> resumed(String id) {
    try (StreamResponse<ResponseStreamEvent> stream =
        client
            .responses()
            .retrieveStreaming(
                ResponseRetrieveParams.builder().responseId(id).startingAfter(0).build())) {
      return stream.stream().toList();
    }
  }

  private static boolean isQueued(ResponseStreamEvent event) {
    return field(event, "type").equals("weir:queued");
  }

  private static Object position(ResponseStreamEvent event) {
    return field(event, "position");
  }

  private static Object field(ResponseStreamEvent event, String name) {
    Map<?, ?> unknown = event._json().orElse(JsonValue.from(Map.of())).convert(Map.class);
    return unknown == null || unknown.get(name) == null ? "" : unknown.get(name);
  }
}
