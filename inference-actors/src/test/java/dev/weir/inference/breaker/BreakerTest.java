package dev.weir.inference.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BreakerTest {

  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final WeirError BROKEN = UpstreamError.server();

  private long now = -7_000_000_000L;
  private final Breaker breaker =
      new Breaker("b", new BreakerSettings(0.5, 10, WINDOW, PAUSE), () -> now);

  @Test
  void fewFailuresOrASmallShareOfThemLeaveItClosed() {
    calls(9, 0);
    assertThat(breaker.isClosed()).isTrue();
    pass(WINDOW);
    calls(10, 11);
    assertThat(breaker.isClosed()).isTrue();
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void whenHalfOfTheCallsOfTheWindowFailNothingIsLetThroughUntilThePauseIsOver() {
    calls(5, 5);
    assertThat(breaker.admit()).isEmpty();
    pass(PAUSE.minusMillis(1));
    assertThat(breaker.admits()).isFalse();
    pass(Duration.ofMillis(2));
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void failuresThatAreOlderThanTheWindowAreForgotten() {
    calls(9, 0);
    pass(WINDOW.plusSeconds(1));
    calls(9, 0);
    assertThat(breaker.isClosed()).isTrue();
  }

  @Test
  void oneProbeIsLetThroughAndItsSuccessClosesIt() {
    Breaker.Permit probe = probe();
    assertThat(breaker.admits()).isFalse();
    assertThat(breaker.admit()).isEmpty();
    probe.succeeded();
    assertThat(breaker.isClosed()).isTrue();
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void aProbeThatFailsOpensItForAnotherPause() {
    probe().failed(BROKEN);
    assertThat(breaker.admits()).isFalse();
    pass(PAUSE.plusMillis(1));
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void aProbeThatCameToNothingIsFollowedByAnother() {
    probe().withdrawn();
    assertThat(breaker.isClosed()).isFalse();
    breaker.admit().orElseThrow().succeeded();
    assertThat(breaker.isClosed()).isTrue();
  }

  @Test
  void whatBeganBeforeItOpenedNeitherClosesNorOpensIt() {
    List<Breaker.Permit> before = new ArrayList<>();
    for (int call = 0; call < 20; call++) {
      before.add(breaker.admit().orElseThrow());
    }
    Breaker.Permit probe = probe();
    before.forEach(Breaker.Permit::succeeded);
    assertThat(breaker.isClosed()).isFalse();
    probe.succeeded();
    before.forEach(permit -> permit.failed(BROKEN));
    assertThat(breaker.isClosed()).isTrue();
  }

  private Breaker.Permit probe() {
    calls(10, 0);
    pass(PAUSE.plusMillis(1));
    return breaker.admit().orElseThrow();
  }

  private void calls(int failing, int sound) {
    for (int call = 0; call < sound; call++) {
      breaker.admit().orElseThrow().succeeded();
    }
    for (int call = 0; call < failing; call++) {
      breaker.admit().orElseThrow().failed(BROKEN);
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}
