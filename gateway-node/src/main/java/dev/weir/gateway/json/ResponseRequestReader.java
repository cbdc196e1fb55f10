package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Tool;
import dev.weir.inference.provider.ModelCall;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.response.ResponseRequest.Extras;
import dev.weir.orchestrator.response.ResponseRequest.Reasoning;
import dev.weir.orchestrator.response.ResponseRequest.Truncation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/responses}. Unknown fields are ignored, wrong ones named. */
public final class ResponseRequestReader {

  private static final int MOST_METADATA = 16;

  private final ItemReader items;

  public ResponseRequestReader(ItemReader items) {
    this.items = items;
  }

  /**
   * Reads the whole request.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request
   */
  public ResponseRequest read(Fields body) {
    List<Tool> tools = ToolReader.tools(body);
    String previous = body.string("previous_response_id");
    String conversation = conversation(body);
    List<Item> input = items.input(body, "input");
    boolean background = body.bool("background", false);
    boolean store = body.bool("store", true);
    check(body, input, previous, conversation, background, store);
    return new ResponseRequest(
        body.required("model"),
        body.string("instructions"),
        input,
        tools,
        ToolReader.choice(body, tools),
        body.bool("parallel_tool_calls", true),
        format(body),
        body.integer("max_output_tokens", 1, Integer.MAX_VALUE),
        sampling(body),
        reasoning(body),
        "auto".equals(body.oneOf("truncation", List.of("auto", "disabled")))
            ? Truncation.AUTO
            : Truncation.DISABLED,
        background,
        store,
        previous,
        conversation,
        metadata(body),
        extras(body));
  }

  private static void check(
      Fields body,
      List<Item> input,
      @Nullable String previous,
      @Nullable String conversation,
      boolean background,
      boolean store) {
    if (previous != null && conversation != null) {
      throw body.error(
          "conversation", "Give either 'conversation' or 'previous_response_id', not both.");
    }
    if (background && !store) {
      throw body.error("background", "'background' needs 'store': true, else nobody can read it.");
    }
    if (input.isEmpty() && previous == null && conversation == null) {
      throw body.error("input", "Missing required parameter: 'input'.");
    }
  }

  private static @Nullable String conversation(Fields body) {
    JsonNode node = body.raw("conversation");
    if (node == null || node.isTextual()) {
      return body.string("conversation");
    }
    Fields object = body.object("conversation");
    return object == null ? null : object.required("id");
  }

  private static dev.weir.inference.item.TextFormat format(Fields body) {
    Fields text = body.object("text");
    return ToolReader.format(text == null ? null : text.object("format"));
  }

  /** How to choose tokens. */
  public static ModelCall.Sampling sampling(Fields body) {
    return new ModelCall.Sampling(
        body.number("temperature", 0, 2),
        body.number("top_p", 0, 1),
        body.number("presence_penalty", -2, 2),
        body.number("frequency_penalty", -2, 2));
  }

  private static Reasoning reasoning(Fields body) {
    Fields reasoning = body.object("reasoning");
    return reasoning == null
        ? new Reasoning(null, null)
        : new Reasoning(reasoning.string("effort"), reasoning.string("summary"));
  }

  /** The metadata, at most {@value #MOST_METADATA} entries. */
  public static Map<String, String> metadata(Fields body) {
    Map<String, String> metadata = body.strings("metadata");
    if (metadata.size() > MOST_METADATA) {
      throw body.error(
          "metadata",
          "'metadata' has %d entries; %d at most.".formatted(metadata.size(), MOST_METADATA));
    }
    return metadata;
  }

  private static Extras extras(Fields body) {
    Fields text = body.object("text");
    return new Extras(
        body.string("service_tier"),
        body.integer("max_tool_calls", 1, Integer.MAX_VALUE),
        body.integer("top_logprobs", 0, 20),
        body.string("user"),
        body.string("safety_identifier"),
        body.string("prompt_cache_key"),
        text == null ? null : text.string("verbosity"));
  }
}
