package dev.weir.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Counts the requests that have no whole answer yet. Thread safe. */
public final class InFlight {

  private int count;
  private List<CompletableFuture<Done>> waiting = new ArrayList<>();

  /** Counts {@code work} until it completes or fails; returns the same. */
  <T> CompletionStage<T> count(CompletionStage<T> work) {
    begin();
    return work.whenComplete((done, failure) -> end());
  }

  /** Completes as soon as there is none. */
  public synchronized CompletionStage<Done> none() {
    CompletableFuture<Done> none = new CompletableFuture<>();
    waiting.add(none);
    tellIfNone();
    return none;
  }

  private synchronized void begin() {
    count++;
  }

  private synchronized void end() {
    count--;
    tellIfNone();
  }

  private void tellIfNone() {
    if (count == 0) {
      List<CompletableFuture<Done>> told = waiting;
      waiting = new ArrayList<>();
      told.forEach(none -> none.complete(Done.getInstance()));
    }
  }
}
