package dev.weir.orchestrator.plan;

import dev.weir.inference.provider.Delta;
import java.util.ArrayList;
import java.util.List;

/** An answer as it comes, of which only the whole can be judged. Not thread safe. */
final class Draft {

  private final List<Delta> deltas = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private boolean plain = true;

  /**
   * Adds what has come.
   *
   * @param held whether it has not been shown yet
   */
  void add(List<Delta> more, boolean held) {
    if (held) {
      deltas.addAll(more);
    }
    for (Delta delta : more) {
      switch (delta) {
        case Delta.Text(String said) -> text.append(said);
        case Delta.ToolCall call -> plain = false;
        case Delta.Refusal refusal -> plain = false;
        case Delta.Reasoning thought -> {}
        case Delta.Consumed usage -> {}
        case Delta.Came origin -> {}
        case Delta.Finished end -> {}
      }
    }
  }

  /** Whether it is an answer that should have the form: no refusal, no call of a tool. */
  boolean isPlain() {
    return plain;
  }

  String text() {
    return text.toString();
  }

  /** What has not been shown. */
  List<Delta> held() {
    return List.copyOf(deltas);
  }
}
