package dev.weir.inference.provider;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything a model needs to answer once.
 *
 * @param instructions system text that goes before all items; empty for none
 * @param items the whole context, oldest first
 * @param maxOutputTokens the output cap, reasoning included; always positive
 * @param sampling how to choose tokens
 * @param reasoningEffort the upstream's own word for it, or null
 * @param metadata the request's metadata; the simulator reads its {@code sim.} keys
 * @param user opaque name of who asks, for upstreams that want one
 * @param prefix how the answer begins, said already: the model goes on after it; empty for none
 */
public record ModelCall(
    String instructions,
    List<Item> items,
    List<Tool> tools,
    ToolChoice toolChoice,
    boolean parallelToolCalls,
    TextFormat format,
    int maxOutputTokens,
    Sampling sampling,
    @Nullable String reasoningEffort,
    Map<String, String> metadata,
    String user,
    String prefix) {

  /** {@code prefix} was added later: a node that does not know it sends none. */
  public ModelCall {
    prefix = Objects.requireNonNullElse(prefix, "");
    items = List.copyOf(items);
    tools = List.copyOf(tools);
    metadata = Map.copyOf(metadata);
  }

  /** A call whose answer has not begun. */
  public ModelCall(
      String instructions,
      List<Item> items,
      List<Tool> tools,
      ToolChoice toolChoice,
      boolean parallelToolCalls,
      TextFormat format,
      int maxOutputTokens,
      Sampling sampling,
      @Nullable String reasoningEffort,
      Map<String, String> metadata,
      String user) {
    this(
        instructions,
        items,
        tools,
        toolChoice,
        parallelToolCalls,
        format,
        maxOutputTokens,
        sampling,
        reasoningEffort,
        metadata,
        user,
        "");
  }

  /** How to choose tokens; null leaves the upstream's default. */
  public record Sampling(
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Double presencePenalty,
      @Nullable Double frequencyPenalty) {
    public static final Sampling DEFAULT = new Sampling(null, null, null, null);
  }

  /** The same call with another output cap. */
  public ModelCall withMaxOutputTokens(int cap) {
    return with(items, cap, prefix);
  }

  /** The same call with another context. */
  public ModelCall withItems(List<Item> others) {
    return with(others, maxOutputTokens, prefix);
  }

  /** The same call, going on after {@code said}. */
  public ModelCall withPrefix(String said) {
    return with(items, maxOutputTokens, said);
  }

  /** The same call, with its wish for a form told in the system text alone. */
  public ModelCall wishing(String wish) {
    return new ModelCall(
        instructions.isEmpty() ? wish : instructions + "\n\n" + wish,
        items,
        tools,
        toolChoice,
        parallelToolCalls,
        new TextFormat.Plain(),
        maxOutputTokens,
        sampling,
        reasoningEffort,
        metadata,
        user,
        prefix);
  }

  private ModelCall with(List<Item> others, int cap, String said) {
    return new ModelCall(
        instructions,
        others,
        tools,
        toolChoice,
        parallelToolCalls,
        format,
        cap,
        sampling,
        reasoningEffort,
        metadata,
        user,
        said);
  }

  /** Whether it is one text that can be continued, and nothing that only a conversation has. */
  public boolean isPrompt() {
    return tools.isEmpty()
        && format instanceof TextFormat.Plain
        && reasoningEffort == null
        && prefix.isEmpty()
        && items.size() == 1
        && items.getFirst() instanceof Item.Message message
        && message.role() == Role.USER
        && message.content().stream().allMatch(Content.InputText.class::isInstance);
  }

  /** A plain question without tools, for tests and pipelines. */
  public static ModelCall of(String instructions, List<Item> items, int maxOutputTokens) {
    return new ModelCall(
        instructions,
        items,
        List.of(),
        new ToolChoice.Auto(),
        true,
        new TextFormat.Plain(),
        maxOutputTokens,
        Sampling.DEFAULT,
        null,
        Map.of(),
        "");
  }
}
