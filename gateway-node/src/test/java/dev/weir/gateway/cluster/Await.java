package dev.weir.gateway.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

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

  /** What {@code count} is once it has been the same at {@code looks} more looks. */
  static long settled(String what, int looks, LongSupplier count) {
    long[] seen = {-1, 0};
    until(
        what,
        () -> {
          long now = count.getAsLong();
          seen[1] = now == seen[0] ? seen[1] + 1 : 0;
          seen[0] = now;
          return seen[1] >= looks;
        });
    return seen[0];
  }

  private static boolean holds(Callable<Boolean> condition) {
    try {
      return condition.call();
    } catch (Exception notYet) {
      return false;
    }
  }
}
