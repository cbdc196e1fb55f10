package dev.weir.inference.generation;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.token.TokenCounter;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts a generation's output as it comes and tells of it, {@value #EVERY} tokens at a time. An
 * estimate, which the upstream's own count completes. Not thread safe.
 */
final class Meter {

  static final int EVERY = 32;

  private final TokenCounter counter;
  private final LongConsumer produced;
  private @Nullable Usage reported;
  private long counted;
  private long told;

  /**
   * A meter that has seen nothing.
   *
   * @param produced hears of tokens it did not hear of before
   */
  Meter(TokenCounter counter, LongConsumer produced) {
    this.counter = counter;
    this.produced = produced;
  }

  void see(Delta delta) {
    switch (delta) {
      case Delta.Text(String text) -> count(text);
      case Delta.Reasoning(String text) -> count(text);
      case Delta.Refusal(String text) -> count(text);
      case Delta.ToolCall call -> count(call.arguments());
      case Delta.Consumed(Usage usage) -> {
        reported = usage;
        counted = Math.max(counted, usage.outputTokens());
      }
      case Delta.Came came -> {}
      case Delta.Finished finished -> {}
    }
    if (counted - told >= EVERY) {
      tell();
    }
  }

  private void count(String text) {
    counted += Math.max(1, counter.count(text));
  }

  /** All tokens of the call, as the upstream counts them, if it has said so. */
  OptionalLong total() {
    return reported == null ? OptionalLong.empty() : OptionalLong.of(reported.totalTokens());
  }

  /** Tells what it has not told. */
  void tell() {
    if (counted > told) {
      produced.accept(counted - told);
      told = counted;
    }
  }
}
