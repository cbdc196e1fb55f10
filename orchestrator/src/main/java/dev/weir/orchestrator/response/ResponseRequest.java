package dev.weir.orchestrator.response;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for, normalised: the same whether it came as JSON, over a socket or as a chat
 * completion. A null is a field the client left out.
 *
 * @param input the new items of this turn
 * @param background runs on without a reader
 * @param store can be read, continued and resumed later
 */
public record ResponseRequest(
    String model,
    @Nullable String instructions,
    List<Item> input,
    List<Tool> tools,
    ToolChoice toolChoice,
    boolean parallelToolCalls,
    TextFormat format,
    @Nullable Integer maxOutputTokens,
    ModelCall.Sampling sampling,
    Reasoning reasoning,
    Truncation truncation,
    boolean background,
    boolean store,
    @Nullable String previousResponseId,
    @Nullable String conversation,
    Map<String, String> metadata,
    Extras extras) {

  public ResponseRequest {
    input = List.copyOf(input);
    tools = List.copyOf(tools);
    metadata = Map.copyOf(metadata);
  }

  /** The same request without its items, which may be large: what a response shows of it. */
  public ResponseRequest withoutInput() {
    return continuing(List.of(), previousResponseId);
  }

  /** The same request for {@code items}, continuing another response or none. */
  public ResponseRequest continuing(List<Item> items, @Nullable String previous) {
    return new ResponseRequest(
        model,
        instructions,
        items,
        tools,
        toolChoice,
        parallelToolCalls,
        format,
        maxOutputTokens,
        sampling,
        reasoning,
        truncation,
        background,
        store,
        previous,
        conversation,
        metadata,
        extras);
  }

  /** The same request with one more entry in its metadata. */
  public ResponseRequest with(String key, String value) {
    Map<String, String> more = new HashMap<>(metadata);
    more.put(key, value);
    return new ResponseRequest(
        model,
        instructions,
        input,
        tools,
        toolChoice,
        parallelToolCalls,
        format,
        maxOutputTokens,
        sampling,
        reasoning,
        truncation,
        background,
        store,
        previousResponseId,
        conversation,
        more,
        extras);
  }

  /** The model call it comes to, behind {@code before}, on behalf of {@code user}. */
  public ModelCall call(List<Item> before, String user) {
    List<Item> whole = new ArrayList<>(before);
    whole.addAll(input);
    return new ModelCall(
        instructions == null ? "" : instructions,
        whole,
        tools,
        toolChoice,
        parallelToolCalls,
        format,
        1,
        sampling,
        reasoning.effort(),
        metadata,
        user);
  }

  /** What to do with a context that is too long. */
  public enum Truncation {
    /** Refuse it. */
    DISABLED,
    /** Drop the oldest items. */
    AUTO
  }

  /** Wishes about the model's thinking, in the upstream's words. */
  public record Reasoning(@Nullable String effort, @Nullable String summary) {}

  /** Fields that are kept and echoed but change nothing here. */
  public record Extras(
      @Nullable String serviceTier,
      @Nullable Integer maxToolCalls,
      @Nullable Integer topLogprobs,
      @Nullable String user,
      @Nullable String safetyIdentifier,
      @Nullable String promptCacheKey,
      @Nullable String verbosity) {
    public static final Extras NONE = new Extras(null, null, null, null, null, null, null);
  }

  /** A plain question to {@code model}. */
  public static ResponseRequest of(String model, List<Item> input) {
    return new ResponseRequest(
        model,
        null,
        input,
        List.of(),
        new ToolChoice.Auto(),
        true,
        new TextFormat.Plain(),
        null,
        ModelCall.Sampling.DEFAULT,
        new Reasoning(null, null),
        Truncation.DISABLED,
        false,
        true,
        null,
        null,
        Map.of(),
        Extras.NONE);
  }
}
