package dev.weir.inference.provider.upstream;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Model calls, a plain question unless told otherwise. */
public final class CallBuilder {

  private static final List<Tool> TOOLS =
      List.of(
          new Tool("f", "Does f.", "{\"type\":\"object\",\"additionalProperties\":false}", true),
          new Tool("g", "", "", false));

  private String instructions = "Be brief.";
  private List<Item> items = List.of(Item.message("msg_1", Role.USER, "Hi"));
  private List<Tool> tools = List.of();
  private ToolChoice choice = new ToolChoice.Auto();
  private boolean parallel = true;
  private TextFormat format = new TextFormat.Plain();
  private int cap = 10_000;
  private ModelCall.Sampling sampling = ModelCall.Sampling.DEFAULT;
  private @Nullable String effort;
  private String user = "";

  public CallBuilder instructions(String text) {
    instructions = text;
    return this;
  }

  public CallBuilder items(Item... all) {
    items = List.of(all);
    return this;
  }

  /** With the functions {@code f} and {@code g}, of which only {@code f} says what it takes. */
  public CallBuilder tools() {
    tools = TOOLS;
    return this;
  }

  public CallBuilder choice(ToolChoice of) {
    choice = of;
    return this;
  }

  public CallBuilder parallel(boolean calls) {
    parallel = calls;
    return this;
  }

  public CallBuilder format(TextFormat form) {
    format = form;
    return this;
  }

  public CallBuilder cap(int tokens) {
    cap = tokens;
    return this;
  }

  /** With 0.5, 0.9, 0.1 and 0.2. */
  public CallBuilder sampled() {
    sampling = new ModelCall.Sampling(0.5, 0.9, 0.1, 0.2);
    return this;
  }

  public CallBuilder temperature(double degree) {
    sampling = new ModelCall.Sampling(degree, null, null, null);
    return this;
  }

  public CallBuilder effort(String word) {
    effort = word;
    return this;
  }

  public CallBuilder user(String name) {
    user = name;
    return this;
  }

  public ModelCall build() {
    return new ModelCall(
        instructions,
        items,
        tools,
        choice,
        parallel,
        format,
        cap,
        sampling,
        effort,
        Map.of(),
        user);
  }
}
