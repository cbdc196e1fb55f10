package dev.weir.gateway.cli;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something and shows how far it is. */
final class Progress {

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Terminal terminal;

  Progress(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Waits until {@code done}; false when {@code within} is over before. */
  boolean await(BooleanSupplier done, Duration within, Supplier<String> text) {
    long deadline = System.nanoTime() + within.toNanos();
    String shown = "";
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      String now = text.get();
      if (!now.equals(shown)) {
        terminal.progress(now);
        shown = now;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_EVERY);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("Interrupted.");
    }
  }
}
