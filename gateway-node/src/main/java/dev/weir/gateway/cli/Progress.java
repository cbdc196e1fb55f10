package dev.weir.gateway.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Waits for what other processes do and shows how far it is. */
final class Progress {

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Terminal terminal;
  private final CompletableFuture<?> end;

  /** Looks now and then, and at {@code end}, when nothing can be left to wait for. */
  Progress(Terminal terminal, CompletableFuture<?> end) {
    this.terminal = terminal;
    this.end = end;
  }

  /** The end of all these. */
  static CompletableFuture<?> endOf(Stream<ProcessHandle> processes) {
    return CompletableFuture.allOf(
        processes.map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new));
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

  private void pause() {
    try {
      end.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException lookAgain) {
      // The condition says more than either.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure("Interrupted.");
    }
  }
}
