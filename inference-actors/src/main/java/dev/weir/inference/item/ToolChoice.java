package dev.weir.inference.item;

import java.util.List;

/** Whether the model may, must or must not call a tool. */
public sealed interface ToolChoice {

  /** The model decides. */
  record Auto() implements ToolChoice {}

  /** No calls. */
  record None() implements ToolChoice {}

  /** At least one call, of any tool. */
  record Required() implements ToolChoice {}

  /** A call of this one function. */
  record Function(String name) implements ToolChoice {}

  /** Only these tools; {@code required} asks for at least one call. */
  record Allowed(List<String> names, boolean required) implements ToolChoice {
    public Allowed {
      names = List.copyOf(names);
    }
  }
}
