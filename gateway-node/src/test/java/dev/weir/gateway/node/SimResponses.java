package dev.weir.gateway.node;

import com.openai.core.JsonValue;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import java.util.Map;
import java.util.stream.Collectors;

/** Responses of the simulator: how tests ask for them with the official client and read them. */
public final class SimResponses {

  private SimResponses() {}

  public static ResponseCreateParams.Builder ask(String input) {
    return ResponseCreateParams.builder().model("sim").input(input);
  }

  /** The same, with an answer that takes longer than any test. */
  public static ResponseCreateParams.Builder endless(String input) {
    return ask(input)
        .putAdditionalBodyProperty(
            "metadata", JsonValue.from(Map.of("sim.tokens", "30000", "sim.itl_ms", "20")));
  }

  /** All text that was said. */
  public static String text(Response response) {
    return response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .map(part -> part.text())
        .collect(Collectors.joining());
  }

  /** Tokens read. */
  public static long input(Response response) {
    return response.usage().orElseThrow().inputTokens();
  }

  /** Tokens written. */
  public static long output(Response response) {
    return response.usage().orElseThrow().outputTokens();
  }
}
