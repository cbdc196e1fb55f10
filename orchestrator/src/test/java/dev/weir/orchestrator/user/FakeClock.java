package dev.weir.orchestrator.user;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Stands still until told. */
final class FakeClock implements InstantSource {

  private final AtomicReference<Instant> now;

  FakeClock(String now) {
    this.now = new AtomicReference<>(Instant.parse(now));
  }

  void advance(Duration by) {
    now.updateAndGet(at -> at.plus(by));
  }

  @Override
  public Instant instant() {
    return now.get();
  }
}
