package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Deployment;
import org.junit.jupiter.api.Test;

class SlotQueueTest {

  private final SlotQueue<String> queue = new SlotQueue<>(1, new Deployment.Queue(2, 100));

  @Test
  void slotsThenPlacesThenNothing() {
    assertThat(queue.add("a", 10)).isTrue();
    assertThat(queue.add("b", 10)).isFalse();
    assertThat(queue.add("c", 10)).isFalse();
    assertThat(queue.isFull(10)).isTrue();
  }

  @Test
  void waitingTokensAreBounded() {
    queue.add("a", 1_000);
    assertThat(queue.add("b", 90)).isFalse();
    assertThat(queue.isFull(11)).isTrue();
    assertThat(queue.add("c", 10)).isFalse();
  }

  @Test
  void aFreedSlotGoesToTheOldest() {
    queue.add("a", 1);
    queue.add("b", 1);
    queue.add("c", 1);
    assertThat(queue.remove("a")).contains("b");
    assertThat(queue.remove("b")).contains("c");
    assertThat(queue.remove("c")).isEmpty();
    assertThat(queue.running()).isZero();
  }

  @Test
  void whatIsCancelledWhileWaitingGivesItsPlaceBack() {
    queue.add("a", 1);
    queue.add("b", 100);
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.add("c", 100)).isFalse();
    assertThat(queue.running()).isEqualTo(1);
  }
}
