package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
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
  private @Nullable Origin expected;
  private Delta.@Nullable Came came;

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
      case Delta.Came told -> came = told;
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

  /** What the node has said of where the answer will come from; what comes with it counts more. */
  void expect(Origin origin) {
    expected = origin;
  }

  /** Whether another call pays for this one's answer, or has paid. */
  boolean isFree() {
    Origin origin = came == null ? expected : came.origin();
    return origin == Origin.FLIGHT || origin == Origin.CACHE;
  }

  /** Where the answer came from; null when it is nobody else's. */
  Delta.@Nullable Came came() {
    return came;
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
