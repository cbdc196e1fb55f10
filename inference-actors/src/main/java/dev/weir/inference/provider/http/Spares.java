package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;

/**
 * How many connections to one origin shall lie ready, and when the next of them is opened: at once
 * while they last, and after a pause when one could not be opened or was closed soon. The pause
 * doubles from a second to a minute; a random part of it, at least half, is waited. Plain state,
 * one thread at a time.
 */
final class Spares {

  /** A spare that was closed before that speaks against opening the next one at once. */
  static final long SOON_NANOS = 5_000_000_000L;

  private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 60_000_000_000L;
  private static final int DOUBLINGS = 6;

  private final RandomGenerator random;
  private final List<CompletableFuture<Done>> waiting = new ArrayList<>();
  private int wanted;
  private Duration connectTimeout = Duration.ZERO;
  private int opening;
  private int lost;
  private long lostAt;
  private long pause;

  Spares(RandomGenerator random) {
    this.random = random;
  }

  /** From now on so many; {@code there} is done when they are, or fails when one cannot be had. */
  void want(int count, Duration within, CompletableFuture<Done> there) {
    wanted = count;
    connectTimeout = within;
    waiting.add(there);
  }

  /** Whether nothing is wanted, and nothing comes any more. */
  boolean isOver() {
    return wanted == 0 && opening == 0;
  }

  int wanted() {
    return wanted;
  }

  Duration connectTimeout() {
    return connectTimeout;
  }

  /**
   * How many to open now; they count as being opened from then on.
   *
   * @param ready how many lie ready
   */
  int open(int ready, long now) {
    int missing = wanted - ready - opening;
    if (missing <= 0 || pauseLeft(now) > 0) {
      return 0;
    }
    opening += missing;
    return missing;
  }

  /** One that was being opened lies ready. */
  void opened() {
    opening--;
    if (opening == 0) {
      settle(there -> there.complete(Done.getInstance()));
    }
  }

  /** One that was being opened could not be. */
  void failed(WeirError error, long now) {
    opening--;
    pauseLonger(now);
    settle(there -> there.completeExceptionally(error.asException()));
  }

  /** One that lay ready for so long, and never served, was closed. */
  void closed(long lived, long now) {
    if (lived < SOON_NANOS && wanted > 0) {
      pauseLonger(now);
    } else {
      lost = 0;
      pause = 0;
    }
  }

  /** Tells those who wait that there is nothing to wait for. */
  void settleIfReady(int ready) {
    if (opening == 0 && ready >= wanted) {
      settle(there -> there.complete(Done.getInstance()));
    }
  }

  /** How long none is opened. */
  long pauseLeft(long now) {
    return Math.max(0, pause - (now - lostAt));
  }

  private void pauseLonger(long now) {
    long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(lost, DOUBLINGS));
    lost++;
    lostAt = now;
    pause = longest / 2 + random.nextLong(longest / 2);
  }

  private void settle(Consumer<CompletableFuture<Done>> end) {
    List<CompletableFuture<Done>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(end);
  }
}
