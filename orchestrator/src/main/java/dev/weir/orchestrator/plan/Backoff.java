package dev.weir.orchestrator.plan;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: exponential with full jitter (Brooker, "Exponential
 * Backoff and Jitter", 2015).
 */
record Backoff(int maxAttempts, Duration base, Duration most) {

  static final Backoff DEFAULT = new Backoff(3, Duration.ofMillis(100), Duration.ofSeconds(5));

  boolean allows(int attempt) {
    return attempt <= maxAttempts;
  }

  /** The pause before attempt number {@code attempt}, from 2. */
  Duration before(int attempt, RandomGenerator random) {
    long ceiling = Math.min(most.toMillis(), base.toMillis() << Math.min(20, attempt - 2));
    return Duration.ofMillis(random.nextLong(ceiling + 1));
  }
}
