package dev.weir.orchestrator.plan;

import dev.weir.inference.provider.Delta;
import java.util.List;

/**
 * What the attempts of one step have said so far, so that another may go on where the last one
 * broke off. Only plain text can be gone on with. Not thread safe.
 */
final class Said {

  private final StringBuilder text = new StringBuilder();
  private boolean kept;
  private boolean plain = true;
  private boolean empty = true;

  /** Whether it is worth the memory: the text is kept only when something could go on with it. */
  void keep(boolean worth) {
    kept |= worth && empty;
  }

  void add(List<Delta> deltas) {
    for (Delta delta : deltas) {
      switch (delta) {
        case Delta.Text(String more) -> {
          empty = false;
          if (kept) {
            text.append(more);
          }
        }
        case Delta.Reasoning thought -> spoil();
        case Delta.Refusal refusal -> spoil();
        case Delta.ToolCall call -> spoil();
        case Delta.Consumed usage -> {}
        case Delta.Came origin -> {}
        case Delta.Finished end -> {}
      }
    }
  }

  private void spoil() {
    empty = false;
    plain = false;
  }

  boolean isEmpty() {
    return empty;
  }

  boolean canGoOn() {
    return kept && plain && !empty;
  }

  String text() {
    return text.toString();
  }
}
