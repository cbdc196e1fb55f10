package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.token.TokenCounter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one attempt has produced, so that an attempt which is cut off is charged for what the
 * upstream sent. Not thread safe.
 */
final class Tally {

  private final TokenCounter counter;
  private long deltas;
  private long estimated;
  private long reasoning;
  private @Nullable Usage reported;
  private @Nullable FinishReason finish;

  Tally(TokenCounter counter) {
    this.counter = counter;
  }

  void add(List<Delta> produced) {
    produced.forEach(this::add);
  }

  private void add(Delta delta) {
    switch (delta) {
      case Delta.Text(String text) -> count(text);
      case Delta.Refusal(String text) -> count(text);
      case Delta.ToolCall call -> count(call.arguments());
      case Delta.Reasoning(String text) -> {
        count(text);
        reasoning++;
      }
      case Delta.Consumed(Usage usage) -> reported = usage;
      case Delta.Finished(FinishReason reason) -> finish = reason;
    }
  }

  private void count(String text) {
    deltas++;
    estimated += counter.count(text);
  }

  boolean isEmpty() {
    return deltas == 0;
  }

  @Nullable FinishReason finish() {
    return finish;
  }

  /** The upstream's own count; null when it gave none. */
  @Nullable Usage reported() {
    return reported;
  }

  /** A count of what was seen, with {@code inputTokens} for what was sent. */
  Usage seen(long inputTokens) {
    return new Usage(inputTokens, 0, Math.max(deltas, estimated), reasoning);
  }
}
