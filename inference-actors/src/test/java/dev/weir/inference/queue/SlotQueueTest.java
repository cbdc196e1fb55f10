package dev.weir.inference.queue;

import static dev.weir.inference.queue.SlotQueue.Offer.FULL;
import static dev.weir.inference.queue.SlotQueue.Offer.QUEUED;
import static dev.weir.inference.queue.SlotQueue.Offer.STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Deployment;
import org.junit.jupiter.api.Test;

class SlotQueueTest {

  private final SlotQueue<String> queue = new SlotQueue<>(1, new Deployment.Queue(2, 100));

  @Test
  void slotsThenPlacesThenNothing() {
    assertThat(queue.offer("a", 10)).isEqualTo(STARTED);
    assertThat(queue.offer("b", 10)).isEqualTo(QUEUED);
    assertThat(queue.offer("c", 10)).isEqualTo(QUEUED);
    assertThat(queue.offer("d", 10)).isEqualTo(FULL);
  }

  @Test
  void waitingTokensAreBounded() {
    queue.offer("a", 1_000);
    assertThat(queue.offer("b", 90)).isEqualTo(QUEUED);
    assertThat(queue.offer("c", 11)).isEqualTo(FULL);
    assertThat(queue.offer("c", 10)).isEqualTo(QUEUED);
  }

  @Test
  void aFreedSlotGoesToTheOldest() {
    queue.offer("a", 1);
    queue.offer("b", 1);
    queue.offer("c", 1);
    assertThat(queue.remove("a")).contains("b");
    assertThat(queue.remove("b")).contains("c");
    assertThat(queue.remove("c")).isEmpty();
    assertThat(queue.running()).isZero();
  }

  @Test
  void whatIsCancelledWhileWaitingGivesItsPlaceBack() {
    queue.offer("a", 1);
    queue.offer("b", 100);
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.offer("c", 100)).isEqualTo(QUEUED);
    assertThat(queue.running()).isEqualTo(1);
  }
}
