package dev.weir.gateway.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what comes about in another process. */
final class Await {

  private static final long PATIENCE = Duration.ofMinutes(2).toNanos();
  private static final long STEP = Duration.ofMillis(50).toNanos();

  private Await() {}

  /** Returns once {@code condition} holds; a failing condition does not hold yet. */
  static void until(String what, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!holds(condition)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Waited in vain for " + what + ".");
      }
      LockSupport.parkNanos(STEP);
    }
  }

  private static boolean holds(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception notYet) {
      return false;
    }
  }
}
