package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {

  private long now;
  private final PeakEwma times = new PeakEwma(() -> now);

  @Test
  void whatNobodyHasCalledIsExpectedAtOnce() {
    assertThat(times.cost("x")).isLessThan(10);
  }

  @Test
  void aPeakCountsAtOnceAndIsForgottenSlowly() {
    ended(10);
    ended(500);
    assertThat(millis()).isBetween(499.0, 501.0);
    ended(10);
    assertThat(millis()).as("one good call does not make up for it").isBetween(499.0, 501.0);
    now += TimeUnit.SECONDS.toNanos(10);
    assertThat(millis()).isBetween(170.0, 200.0);
    now += TimeUnit.SECONDS.toNanos(60);
    ended(10);
    assertThat(millis()).isBetween(9.0, 12.0);
  }

  @Test
  void whatIsUnderWayCounts() {
    ended(100);
    times.began("x");
    times.began("x");
    assertThat(millis()).isBetween(299.0, 301.0);
    times.ended("x", null);
    assertThat(millis()).isBetween(199.0, 201.0);
  }

  private void ended(long millis) {
    times.ended("x", Duration.ofMillis(millis));
  }

  private double millis() {
    return times.cost("x") / 1e6;
  }
}
