package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStreamEvent;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The official OpenAI client talks to another vendor's model, as far as a call of a tool and back,
 * without knowing. The upstream asks for the weather of Delft, and says it once it has been told.
 */
abstract class VendorSuite {

  private final RunningNodes nodes;
  private final ScriptedUpstream upstream;
  private final String model;
  private final String result;

  /**
   * @param nodes one, behind which {@code model} is known by a prefix alone
   * @param result what only a request with a tool's result has
   */
  VendorSuite(RunningNodes nodes, ScriptedUpstream upstream, String model, String result) {
    this.nodes = nodes;
    this.upstream = upstream;
    this.model = model;
    this.result = result;
  }

  @Test
  void aToolIsCalledAndItsResultGoesBack() {
    OpenAIClient client = nodes.node().client();
    List<ResponseStreamEvent> first = stream(client, asked().input("What is the weather?").build());
    Response asked = first.getLast().asCompleted().response();
    ResponseFunctionToolCall call =
        asked.output().stream().flatMap(item -> item.functionCall().stream()).findFirst().get();
    assertThat(call.name()).isEqualTo("weather");
    assertThat(call.arguments()).isEqualTo("{\"city\":\"Delft\"}");
    assertThat(arguments(first)).isEqualTo(call.arguments());
    assertThat(asked.usage().orElseThrow().inputTokens()).isEqualTo(20);
    assertThat(asked.usage().orElseThrow().inputTokensDetails().cachedTokens()).isEqualTo(8);
    assertThat(asked.usage().orElseThrow().outputTokens()).isEqualTo(12);

    var output =
        ResponseInputItem.FunctionCallOutput.builder()
            .callId(call.callId())
            .output("Sunny.")
            .build();
    List<ResponseStreamEvent> second =
        stream(
            client,
            asked()
                .previousResponseId(asked.id())
                .inputOfResponse(List.of(ResponseInputItem.ofFunctionCallOutput(output)))
                .build());
    assertThat(text(second.getLast().asCompleted().response())).isEqualTo("It is sunny – ☀️.");
    assertThat(upstream.requests()).hasSize(2);
    assertThat(upstream.requests().getLast().body())
        .contains(result)
        .contains("What is the weather?")
        .contains("Sunny.");
  }

  private ResponseCreateParams.Builder asked() {
    return ResponseCreateParams.builder()
        .model(model)
        .addTool(
            FunctionTool.builder()
                .name("weather")
                .strict(true)
                .parameters(
                    FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                            "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build());
  }

  private static List<ResponseStreamEvent> stream(
      OpenAIClient client, ResponseCreateParams params) {
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream().forEach(events::add);
    }
    events.forEach(ResponseStreamEvent::validate);
    return events;
  }

  private static String arguments(List<ResponseStreamEvent> events) {
    return events.stream()
        .filter(ResponseStreamEvent::isFunctionCallArgumentsDelta)
        .map(event -> event.asFunctionCallArgumentsDelta().delta())
        .collect(Collectors.joining());
  }

  /** Settings that turn the upstream of this name on. */
  protected static String settings(String name, ScriptedUpstream upstream) {
    return "weir.upstreams.%s { base-url = \"%s\", api-key = k }".formatted(name, upstream.url());
  }

  /** Plays {@code call} to a question, and {@code answer} to one that has a tool's result. */
  protected static ScriptedUpstream upstream(String result, String call, String answer) {
    return ScriptedUpstream.start(
        exchange ->
            exchange
                .events()
                .chunk(exchange.request().body().contains(result) ? answer : call)
                .end());
  }
}
