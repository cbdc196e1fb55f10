package dev.weir.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.json.ToolReader;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Tool;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.response.ResponseRequest.Extras;
import dev.weir.orchestrator.response.ResponseRequest.Reasoning;
import dev.weir.orchestrator.response.ResponseRequest.Truncation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code POST /v1/chat/completions}. What would change the answer and Weir cannot
 * do is refused by name. Hints that need not be followed, {@code seed} and {@code prediction} among
 * them, are without effect; unknown fields are ignored.
 */
public final class ChatRequestReader {

  private static final int MOST_STOPS = 4;

  private final MessageReader messages;

  public ChatRequestReader(MessageReader messages) {
    this.messages = messages;
  }

  /**
   * Reads the whole request.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request
   */
  public ChatRequest read(Fields body) {
    refuseWhatIsMissing(body);
    Fields options = body.object("stream_options");
    return new ChatRequest(
        request(body),
        body.bool("stream", false),
        options != null && options.bool("include_usage", false),
        stop(body));
  }

  private ResponseRequest request(Fields body) {
    List<Tool> tools = ToolReader.tools(body);
    List<Item> input = messages.read(body);
    return new ResponseRequest(
        body.required("model"),
        null,
        input,
        tools,
        ToolReader.choice(body, tools),
        body.bool("parallel_tool_calls", true),
        ToolReader.format(body.object("response_format")),
        maxTokens(body),
        ResponseRequestReader.sampling(body),
        new Reasoning(body.string("reasoning_effort"), null),
        Truncation.DISABLED,
        false,
        false,
        null,
        null,
        ResponseRequestReader.metadata(body),
        extras(body));
  }

  private static @Nullable Integer maxTokens(Fields body) {
    Integer newer = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    return newer != null ? newer : body.integer("max_tokens", 1, Integer.MAX_VALUE);
  }

  private static Extras extras(Fields body) {
    return new Extras(
        body.string("service_tier"),
        null,
        null,
        body.string("user"),
        body.string("safety_identifier"),
        body.string("prompt_cache_key"),
        body.string("verbosity"));
  }

  private static void refuseWhatIsMissing(Fields body) {
    Integer choices = body.integer("n", 1, Integer.MAX_VALUE);
    if (choices != null && choices != 1) {
      throw body.error(
          "n", "Only one choice is made per request: 'n' must be 1; send more requests.");
    }
    if (body.bool("logprobs", false)) {
      throw body.error("logprobs", "Log probabilities are not served: 'logprobs' must be false.");
    }
    Integer alternatives = body.integer("top_logprobs", 0, Integer.MAX_VALUE);
    if (alternatives != null && alternatives != 0) {
      throw body.error(
          "top_logprobs", "Log probabilities are not served: 'top_logprobs' must be 0.");
    }
    JsonNode bias = body.raw("logit_bias");
    if (bias != null && !bias.isEmpty()) {
      throw body.error("logit_bias", "Tokens are not biased: 'logit_bias' must be empty.");
    }
    if (body.has("web_search_options")) {
      throw body.error("web_search_options", "The web is not searched; leave it out.");
    }
    if (body.has("functions") || body.has("function_call")) {
      throw body.error(
          body.has("functions") ? "functions" : "function_call",
          "'functions' and 'function_call' are not served; use 'tools' and 'tool_choice'.");
    }
    if (body.strings("modalities", Integer.MAX_VALUE).contains("audio")) {
      throw body.error("modalities", "Audio is not served: 'modalities' may hold only 'text'.");
    }
  }

  private static List<String> stop(Fields body) {
    JsonNode node = body.raw("stop");
    if (node == null) {
      return List.of();
    }
    List<String> stop = new ArrayList<>();
    if (node.isTextual()) {
      stop.add(body.required("stop"));
    } else {
      stop.addAll(body.strings("stop", MOST_STOPS));
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw body.error("stop", "A stop sequence must not be empty.");
    }
    return stop;
  }
}
