package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import java.util.List;

/** Collects what a branch says, up to {@value #MOST} characters. Not thread safe. */
final class BranchText {

  private static final int MOST = 1 << 20;

  private static final WeirError EMPTY =
      new WeirError.ModelFailed("empty_answer", "The model said nothing.", true);

  private final StringBuilder text = new StringBuilder();

  void add(List<Delta> deltas) {
    for (Delta delta : deltas) {
      if (delta instanceof Delta.Text(String more)) {
        text.append(more, 0, Math.min(more.length(), MOST - text.length()));
      }
    }
  }

  String whole() {
    return text.toString();
  }

  /** {@code result}, but who ended well without a word has failed. */
  StepEvent.Result result(StepEvent.Result result) {
    return result instanceof StepEvent.Finished && text.toString().isBlank()
        ? new StepEvent.Failed(EMPTY)
        : result;
  }
}
