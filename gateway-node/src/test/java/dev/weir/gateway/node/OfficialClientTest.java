package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static dev.weir.gateway.node.SimResponses.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The official OpenAI client for Java talks to Weir without knowing. */
class OfficialClientTest {

  private static final String FAST =
      "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }";

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(FAST);

  private final OpenAIClient client = nodes.node().client();

  @Test
  void createsAResponse() {
    Response response = client.responses().create(params("sim").maxOutputTokens(10).build());

    assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
    assertThat(response.validate()).isNotNull();
    assertThat(text(response)).isNotBlank();
    assertThat(response.usage().orElseThrow().outputTokens()).isEqualTo(10);
  }

  @Test
  void streamsWhatItThenRetrieves() {
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(params("sim").build())) {
      stream.stream().forEach(events::add);
    }

    events.forEach(ResponseStreamEvent::validate);
    assertThat(events.getFirst().isCreated()).isTrue();
    Response last = events.getLast().asCompleted().response();
    assertThat(deltas(events)).isEqualTo(text(last));
    assertThat(text(client.responses().retrieve(last.id()))).isEqualTo(text(last));
  }

  @Test
  void resumesWithoutGapOrRepeat() {
    List<ResponseStreamEvent> whole = new ArrayList<>();
    try (var stream = client.responses().createStreaming(params("sim").build())) {
      stream.stream().forEach(whole::add);
    }
    String id = whole.getFirst().asCreated().response().id();
    List<ResponseStreamEvent> rest = new ArrayList<>();
    try (var stream =
        client
            .responses()
            .retrieveStreaming(
                ResponseRetrieveParams.builder().responseId(id).startingAfter(20).build())) {
      stream.stream().forEach(rest::add);
    }
    assertThat(rest).isEqualTo(whole.subList(21, whole.size()));
  }

  @Test
  void cancelEndsTheStreamAndKeepsTheText() {
    var endless =
        params("sim")
            .putAdditionalBodyProperty(
                "metadata",
                JsonValue.from(java.util.Map.of("sim.tokens", "5000", "sim.itl_ms", "10")))
            .build();
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (var stream = client.responses().createStreaming(endless)) {
      stream.stream()
          .forEach(
              event -> {
                events.add(event);
                if (events.size() == 10) {
                  String id = events.getFirst().asCreated().response().id();
                  assertThat(client.responses().cancel(id).status())
                      .contains(ResponseStatus.CANCELLED);
                }
              });
    }
    Response last = events.getLast().asIncomplete().response();
    assertThat(last.status()).contains(ResponseStatus.CANCELLED);
    assertThat(deltas(events)).isEqualTo(text(last)).isNotBlank();
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> client.responses().create(params("nonsense").build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("nonsense");
    assertThatThrownBy(() -> client.responses().retrieve("resp_unknown"))
        .isInstanceOf(NotFoundException.class);
  }

  private static ResponseCreateParams.Builder params(String model) {
    return ask("Tell me about rivers.").model(model);
  }

  private static String deltas(List<ResponseStreamEvent> events) {
    return events.stream()
        .filter(ResponseStreamEvent::isOutputTextDelta)
        .map(event -> event.asOutputTextDelta().delta())
        .collect(Collectors.joining());
  }
}
