package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlushClockTest {

  private final List<Long> alarms = new ArrayList<>();
  private final FlushClock clock = new FlushClock(10);

  @BeforeEach
  void connect() {
    clock.connected(alarms::add);
  }

  @Test
  void aQuietLinkWritesAtOnce() {
    clock.request(false, 0);
    assertThat(clock.isDue(0)).isTrue();
    clock.written(0);
    clock.request(false, 10);
    assertThat(clock.isDue(10)).isTrue();
    assertThat(alarms).containsExactly(0L, 10L);
  }

  @Test
  void aBusyLinkWritesAnIntervalAfterItsLastWrite() {
    clock.request(false, 0);
    clock.written(0);
    clock.request(false, 3);
    clock.request(false, 7);
    assertThat(clock.isDue(9)).isFalse();
    assertThat(clock.isDue(10)).isTrue();
    assertThat(alarms).containsExactly(0L, 10L);
  }

  @Test
  void whatIsUrgentDoesNotWait() {
    clock.request(true, 0);
    clock.written(0);
    clock.request(false, 3);
    clock.request(true, 4);
    assertThat(clock.isDue(4)).isTrue();
    assertThat(alarms).containsExactly(0L, 10L, 4L);
  }

  @Test
  void nothingIsDueWhereNothingIsWanted() {
    assertThat(clock.isDue(1_000)).isFalse();
    clock.request(true, 0);
    clock.written(0);
    assertThat(clock.isDue(1_000)).isFalse();
  }

  @Test
  void aReplacedConnectionIsCalledBackToSeeItIsOld() {
    List<Long> next = new ArrayList<>();
    clock.connected(next::add);
    assertThat(alarms).hasSize(1);
    clock.request(true, 5);
    assertThat(next).containsExactly(5L);
    assertThat(alarms).hasSize(1);
  }
}
