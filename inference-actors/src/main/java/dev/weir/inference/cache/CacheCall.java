package dev.weir.inference.cache;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A call as the cache sees it: what it asks, without the ids of its items, who asks, and all that
 * cannot change the answer. The output cap is not a part of it. Thread safe.
 */
public final class CacheCall {

  private static final String SIMULATOR = "sim.";

  private final ModelCall call;
  private final String model;
  private volatile @Nullable String digest;
  private volatile @Nullable String kin;

  /**
   * @param call {@code call.user()} is {@code <tenant>/<user>}
   * @param model as it was asked for
   */
  public CacheCall(ModelCall call, String model) {
    this.call = call;
    this.model = model;
  }

  String model() {
    return model;
  }

  String user() {
    return call.user();
  }

  String tenant() {
    return call.user().substring(0, Math.max(0, call.user().indexOf('/')));
  }

  String metadata(String key) {
    return call.metadata().getOrDefault(key, "");
  }

  boolean isDeterministic() {
    Double temperature = call.sampling().temperature();
    return call.tools().isEmpty() && temperature != null && temperature == 0;
  }

  boolean hasTools() {
    return !call.tools().isEmpty();
  }

  /** Computes now, and not where it would hold up others, what is likely to be needed. */
  public CacheCall prepared() {
    if (isDeterministic() || !metadata(CachePolicy.WISH).isEmpty()) {
      digest();
    }
    return this;
  }

  /** Equal for calls that ask the same. Computed once, when it is first needed. */
  public String digest() {
    String known = digest;
    if (known == null) {
      known = compute();
      digest = known;
    }
    return known;
  }

  /** Longer messages are compared as a whole only. */
  private static final int LONGEST_QUESTION = 8_000;

  /** What its last message asks; null where that is not the user's, is not text, or is too long. */
  @Nullable String question() {
    if (call.items().isEmpty()
        || !call.prefix().isEmpty()
        || !(call.items().getLast() instanceof Item.Message last)
        || last.role() != Role.USER
        || !last.content().stream().allMatch(Content.InputText.class::isInstance)) {
      return null;
    }
    String text = last.text();
    return text.isBlank() || text.length() > LONGEST_QUESTION ? null : text;
  }

  /** Equal for calls that ask the same but for their last message. Computed once, too. */
  public String kin() {
    String known = kin;
    if (known == null) {
      known = compute(call.items().subList(0, Math.max(0, call.items().size() - 1)));
      kin = known;
    }
    return known;
  }

  private String compute() {
    return compute(call.items());
  }

  private String compute(List<Item> items) {
    Digest all = new Digest().add(call.instructions());
    all.addAll(items, item -> add(all, item));
    all.addAll(call.tools(), tool -> add(all, tool));
    add(all, call.toolChoice());
    add(all, call.format());
    ModelCall.Sampling sampling = call.sampling();
    all.add(String.valueOf(call.parallelToolCalls()))
        .add(sampling.temperature())
        .add(sampling.topP())
        .add(sampling.presencePenalty())
        .add(sampling.frequencyPenalty())
        .add(call.reasoningEffort())
        .add(call.prefix());
    for (Map.Entry<String, String> entry : new TreeMap<>(call.metadata()).entrySet()) {
      if (entry.getKey().startsWith(SIMULATOR)) {
        all.add(entry.getKey()).add(entry.getValue());
      }
    }
    return all.text();
  }

  private static void add(Digest all, Item item) {
    switch (item) {
      case Item.Message message ->
          all.add("message")
              .add(message.role())
              .addAll(message.content(), content -> add(all, content));
      case Item.FunctionCall asked ->
          all.add("call").add(asked.callId()).add(asked.name()).add(asked.arguments());
      case Item.FunctionCallOutput output ->
          all.add("output").add(output.callId()).add(output.output());
      case Item.Reasoning reasoning -> all.add("reasoning").add(reasoning.text());
    }
  }

  private static void add(Digest all, Content content) {
    switch (content) {
      case Content.InputText(String text) -> all.add("input").add(text);
      case Content.InputImage(String url, String detail) -> all.add("image").add(url).add(detail);
      case Content.OutputText(String text) -> all.add("output").add(text);
      case Content.Refusal(String text) -> all.add("refusal").add(text);
    }
  }

  private static void add(Digest all, Tool tool) {
    all.add(tool.name())
        .add(tool.description())
        .add(tool.parameters())
        .add(String.valueOf(tool.strict()));
  }

  private static void add(Digest all, ToolChoice choice) {
    switch (choice) {
      case ToolChoice.Auto auto -> all.add("auto");
      case ToolChoice.None none -> all.add("none");
      case ToolChoice.Required required -> all.add("required");
      case ToolChoice.Function(String name) -> all.add("function").add(name);
      case ToolChoice.Allowed(var names, boolean required) ->
          all.add("allowed").add(String.valueOf(required)).addAll(names, all::add);
    }
  }

  private static void add(Digest all, TextFormat format) {
    switch (format) {
      case TextFormat.Plain plain -> all.add("text");
      case TextFormat.JsonObject object -> all.add("object");
      case TextFormat.JsonSchema(var name, var description, var schema, boolean strict) ->
          all.add("schema").add(name).add(description).add(schema).add(String.valueOf(strict));
    }
  }
}
