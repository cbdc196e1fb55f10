package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class InboundStreamTest {

  private static final int WINDOW = 1000;

  private final InboundStream stream = new InboundStream(WINDOW);
  private final AtomicInteger credits = new AtomicInteger();
  private final AtomicInteger cancels = new AtomicInteger();
  private final InboundStream.Upstream producer =
      new InboundStream.Upstream() {
        @Override
        public void credit() {
          credits.incrementAndGet();
        }

        @Override
        public void cancelled() {
          cancels.incrementAndGet();
        }
      };

  @Test
  void creditGrowsAsValuesAreReadAndIsAnnouncedByHalfWindows() {
    assertThat(stream.claim(producer)).isTrue();
    for (int i = 0; i < 10; i++) {
      stream.piece(piece(84, true));
    }
    assertThat(stream.limit()).isEqualTo(WINDOW);
    for (int i = 1; i <= 10; i++) {
      stream.poll();
      assertThat(stream.limit()).isEqualTo(WINDOW + 100 * i);
      assertThat(credits.get()).isEqualTo(i / 5);
    }
  }

  @Test
  void aValueLargerThanTheWindowExtendsItsOwnCreditOnlyWhenNothingWaitsBeforeIt() {
    stream.claim(producer);
    stream.piece(piece(84, true));
    stream.piece(piece(784, false));
    assertThat(stream.limit()).isEqualTo(WINDOW);
    stream.poll();
    assertThat(stream.limit()).isEqualTo(WINDOW + 900);
    stream.piece(piece(984, false));
    stream.piece(piece(84, true));
    assertThat(stream.limit()).isEqualTo(WINDOW + 1900);
    assertThat(stream.poll())
        .isEqualTo(new InboundStream.Encoded(ByteString.fromArray(new byte[784 + 984 + 84]), 100));
    assertThat(stream.limit()).isEqualTo(WINDOW + 2000);
  }

  @Test
  void theReaderIsWokenOnceForEachPollInVain() {
    AtomicInteger wakes = new AtomicInteger();
    assertThat(stream.attach(wakes::incrementAndGet)).isTrue();
    assertThat(stream.attach(wakes::incrementAndGet)).isFalse();
    stream.piece(piece(1, true));
    assertThat(wakes.get()).isZero();
    assertThat(stream.poll()).isNotNull();
    assertThat(stream.poll()).isNull();
    stream.piece(piece(1, true));
    stream.piece(piece(1, true));
    assertThat(wakes.get()).isEqualTo(1);
  }

  @Test
  void cancellingTellsTheProducerOnceAndDropsWhatFollows() {
    stream.claim(producer);
    stream.cancel();
    stream.cancel();
    stream.piece(piece(1, true));
    assertThat(cancels.get()).isEqualTo(1);
    assertThat(stream.poll()).isNull();
    assertThat(stream.claim(producer)).isFalse();
  }

  @Test
  void afterItsEndAStreamNeedNotBeCancelled() {
    stream.claim(producer);
    stream.end(new InboundStream.Ended());
    assertThat(stream.poll()).isEqualTo(new InboundStream.Ended());
    stream.cancel();
    assertThat(cancels.get()).isZero();
  }

  private static Frame.Data piece(int size, boolean last) {
    return new Frame.Data(0, 0, last, ByteString.fromArray(new byte[size]));
  }
}
