package dev.weir.cluster.database;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One piece of JDBC work, tried again while the database is away and the caller's patience lasts.
 * Waiting holds no thread.
 */
final class Call<T> implements Runnable {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final Callable<T> work;
  private final Executor workers;
  private final long deadline;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private long pause = FIRST_PAUSE_MILLIS;

  Call(Callable<T> work, Executor workers, Duration patience) {
    this.work = work;
    this.workers = workers;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /** Begins the work, on a worker. */
  CompletableFuture<T> start() {
    enqueue();
    return result;
  }

  private void enqueue() {
    try {
      workers.execute(this);
    } catch (RejectedExecutionException full) {
      refuse("database_overloaded", "Too much work waits for the database.");
    }
  }

  @Override
  public void run() {
    if (nanosLeft() <= 0) {
      away();
      return;
    }
    try {
      result.complete(work.call());
    } catch (UnknownOutcome unknown) {
      refuse(
          "database_unavailable",
          "The database went away during a commit; the write may or may not be stored.");
    } catch (Exception failure) {
      onFailure(failure);
    } catch (Error defect) {
      result.completeExceptionally(defect);
      throw defect;
    }
  }

  private void onFailure(Exception failure) {
    if (Failure.of(failure) == Failure.FINAL) {
      result.completeExceptionally(failure);
    } else if (TimeUnit.MILLISECONDS.toNanos(pause) >= nanosLeft()) {
      away();
    } else {
      CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS).execute(this::enqueue);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private long nanosLeft() {
    return deadline - System.nanoTime();
  }

  private void away() {
    refuse("database_unavailable", "The database does not answer; try again.");
  }

  private void refuse(String code, String message) {
    result.completeExceptionally(
        new WeirError.Unavailable(code, message, RETRY_AFTER).asException());
  }
}
