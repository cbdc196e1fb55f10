package dev.weir.inference.shadow;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Answer} while it comes. Keeps what is compared and no more, however much comes. Not
 * thread safe.
 */
public final class Draft {

  private final TokenCounter counter;
  private final InstantSource clock;
  private final StringBuilder text = new StringBuilder();
  private final Map<Integer, StringBuilder> calls = new TreeMap<>();
  private int ofCalls;
  private long length;
  private long tokens;
  private @Nullable Usage reported;
  private @Nullable FinishReason finish;
  private @Nullable Instant first;

  public Draft(TokenCounter counter, InstantSource clock) {
    this.counter = counter;
    this.clock = clock;
  }

  /** More has come. */
  public void add(Delta delta) {
    switch (delta) {
      case Delta.Text(String more) -> say(more);
      case Delta.Refusal(String more) -> say(more);
      case Delta.Reasoning(String thought) -> count(thought);
      case Delta.ToolCall call -> call(call);
      case Delta.Consumed(Usage usage) -> reported = usage;
      case Delta.Came came -> {}
      case Delta.Finished(FinishReason reason) -> finish = reason;
    }
  }

  private void say(String more) {
    count(more);
    length += more.length();
    text.append(more, 0, Math.min(more.length(), Answer.MOST - text.length()));
  }

  /** Its id is the upstream's own, and no part of what it asks. */
  private void call(Delta.ToolCall call) {
    count(call.arguments());
    String more = call.name().isEmpty() ? call.arguments() : call.name() + ' ' + call.arguments();
    length += more.length();
    int kept = Math.min(more.length(), Answer.MOST - ofCalls);
    if (kept > 0) {
      calls.computeIfAbsent(call.index(), index -> new StringBuilder()).append(more, 0, kept);
      ofCalls += kept;
    }
  }

  private void count(String more) {
    if (first == null) {
      first = clock.instant();
    }
    tokens += Math.max(1, counter.count(more));
  }

  /** Whether it has come to its end. */
  public boolean isFinished() {
    return finish != null;
  }

  /**
   * The answer as it is.
   *
   * @param code what it failed with; empty when it did not
   * @param began when it was sent
   * @param inputTokens how many it was sent, unless the upstream has counted them
   */
  public Answer answer(String code, Instant began, long inputTokens, Price price) {
    Instant now = clock.instant();
    Usage usage = reported != null ? reported : new Usage(inputTokens, 0, tokens, 0);
    return new Answer(
        code,
        text.toString(),
        String.join("\n", calls.values()),
        length + Math.max(0, calls.size() - 1),
        usage,
        Duration.between(began, first == null ? now : first),
        Duration.between(began, now),
        price.of(usage));
  }
}
