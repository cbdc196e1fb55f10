package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Item;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one step says to its model, with places for what earlier steps have said.
 *
 * @param before the items that go before the message
 * @param message the parts of the last message, the user's
 * @param metadata laid over the request's own
 */
public record Prompt(
    String instructions, List<Item> before, List<Part> message, Map<String, String> metadata) {

  public Prompt {
    before = List.copyOf(before);
    message = List.copyOf(message);
    metadata = Map.copyOf(metadata);
  }

  /** A stretch of the message. */
  public sealed interface Part {}

  /** Words that are known. */
  public record Text(String text) implements Part {}

  /** What the step {@code step} said, below a heading; nothing when it failed. */
  public record Output(String step, String heading) implements Part {}

  /** The steps whose end this prompt waits for, in the order it names them. */
  Set<String> needs() {
    Set<String> needs = new LinkedHashSet<>();
    for (Part part : message) {
      if (part instanceof Output output) {
        needs.add(output.step());
      }
    }
    return needs;
  }

  /** The message with {@code said}, by step, in its places. */
  String fill(Map<String, String> said) {
    StringBuilder filled = new StringBuilder();
    for (Part part : message) {
      switch (part) {
        case Text(String text) -> filled.append(text);
        case Output(String step, String heading) -> {
          String output = said.get(step);
          if (output != null) {
            filled.append(heading).append(output.strip()).append("\n\n");
          }
        }
      }
    }
    return filled.toString();
  }
}
