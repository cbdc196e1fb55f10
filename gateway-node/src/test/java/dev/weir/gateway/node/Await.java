package dev.weir.gateway.node;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Waits for what comes about on another node, looking twenty times a second. */
public final class Await {

  private static final long PATIENCE = Duration.ofMinutes(2).toNanos();
  private static final long STEP = Duration.ofMillis(50).toNanos();

  private Await() {}

  /** Returns once {@code condition} holds; a failing condition does not hold yet. */
  public static void until(String what, Callable<Boolean> condition) {
    found(what, condition, holds -> holds);
  }

  /** What {@code look} finds once that is {@code wanted}; a look that fails finds nothing yet. */
  public static <T> T found(String what, Callable<T> look, Predicate<T> wanted) {
    long deadline = System.nanoTime() + PATIENCE;
    while (true) {
      Object last;
      try {
        T found = look.call();
        if (wanted.test(found)) {
          return found;
        }
        last = found;
      } catch (Exception notYet) {
        last = notYet;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Waited in vain for " + what + "; at last: " + last);
      }
      LockSupport.parkNanos(STEP);
    }
  }

  /** What {@code count} is once it has been the same at {@code looks} more looks. */
  public static long settled(String what, int looks, LongSupplier count) {
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
}
