package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterTest {

  private final List<Long> told = new ArrayList<>();
  private final Meter meter = new Meter(TokenCounter.estimate(), told::add);

  @Test
  void tellsNowAndThenAndAtTheEnd() {
    for (int token = 0; token < Meter.EVERY + 5; token++) {
      meter.see(new Delta.Text("a"));
    }
    assertThat(told).containsExactly((long) Meter.EVERY);
    meter.see(new Delta.Finished(FinishReason.STOP));
    meter.tell();
    assertThat(told).containsExactly((long) Meter.EVERY, 5L);
    meter.tell();
    assertThat(told).hasSize(2);
  }

  @Test
  void theUpstreamsOwnCountCompletesTheEstimate() {
    meter.see(new Delta.Reasoning("think ".repeat(4)));
    meter.see(new Delta.ToolCall(0, "c", "f", "{\"a\":1}"));
    meter.see(new Delta.Consumed(new Usage(10, 0, 1_000, 0)));
    meter.see(new Delta.Consumed(new Usage(10, 0, 3, 0)));
    meter.tell();
    assertThat(told).containsExactly(1_000L);
  }
}
