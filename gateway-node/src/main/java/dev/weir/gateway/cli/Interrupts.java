package dev.weir.gateway.cli;

import dev.weir.gateway.node.Signals;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts the requests to stop: the first is for an orderly stop, the second for a stop at once. */
final class Interrupts {

  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch second = new CountDownLatch(1);

  /** Nobody interrupts. */
  Interrupts() {}

  /** Ctrl-C, a closed terminal and a polite kill interrupt. */
  static Interrupts ofProcess() {
    Interrupts interrupts = new Interrupts();
    Signals.on("INT", interrupts::request);
    Signals.on("TERM", interrupts::request);
    Signals.on("HUP", interrupts::request);
    return interrupts;
  }

  synchronized void request() {
    if (first.getCount() == 0) {
      second.countDown();
    }
    first.countDown();
  }

  boolean requested() {
    return first.getCount() == 0;
  }

  boolean insisted() {
    return second.getCount() == 0;
  }

  /** Waits for a request, at most so long. */
  boolean await(Duration within) {
    try {
      return first.await(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
