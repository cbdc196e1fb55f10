package dev.weir.inference.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class SparesTest {

  private static final long SECOND = 1_000_000_000L;

  private final Spares spares = new Spares(new Random(1));
  private final CompletableFuture<Done> there = new CompletableFuture<>();

  @Test
  void whatIsMissingIsOpenedOnce() {
    want(3);
    assertThat(spares.open(1, 0)).isEqualTo(2);
    assertThat(spares.open(1, 0)).isZero();
    spares.opened();
    assertThat(there).isNotDone();
    spares.opened();
    assertThat(there).isCompleted();
    assertThat(spares.open(3, 0)).isZero();
    assertThat(spares.open(2, 0)).isEqualTo(1);
  }

  @Test
  void enoughThatLieReadyNeedNoneToBeOpened() {
    want(2);
    assertThat(spares.open(5, 0)).isZero();
    spares.settleIfReady(5);
    assertThat(there).isCompleted();
  }

  @Test
  void aDeadUpstreamIsTriedLessAndLessButAtLeastEveryMinute() {
    want(1);
    long now = 0;
    int tries = 0;
    for (long end = 3600 * SECOND; now < end; now += Math.max(1, spares.pauseLeft(now))) {
      tries += spares.open(0, now);
      spares.failed(UpstreamError.unreachable(), now);
    }
    assertThat(there).isCompletedExceptionally();
    assertThat(tries).isBetween(60, 130);
  }

  @Test
  void noneIsOpenedDuringThePause() {
    want(1);
    spares.open(0, 0);
    spares.failed(UpstreamError.unreachable(), 0);
    long pause = spares.pauseLeft(0);
    assertThat(pause).isBetween(SECOND / 2, SECOND);
    assertThat(spares.open(0, pause - 1)).isZero();
    assertThat(spares.open(0, pause)).isEqualTo(1);
  }

  @Test
  void oneThatLastedIsReplacedAtOnce() {
    want(1);
    spares.open(0, 0);
    spares.opened();
    spares.closed(SECOND, SECOND);
    assertThat(spares.open(0, SECOND)).isZero();
    spares.closed(Spares.SOON_NANOS, 2 * SECOND);
    assertThat(spares.open(0, 2 * SECOND)).isEqualTo(1);
  }

  private void want(int count) {
    spares.want(count, Duration.ofSeconds(1), there);
  }
}
