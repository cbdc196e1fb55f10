package dev.weir.cluster.membership;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.coordination.lease.LeaseException;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that asks again until its operation times out, or until it is known that its owner lives
 * and is not on this side: an owner that has just died, or that decided the split before, must not
 * cost the others their cluster, and the losers of a split must not linger. All its work happens on
 * one thread of its own.
 */
abstract class PatientLease extends Lease {

  private static final Logger LOG = LoggerFactory.getLogger(PatientLease.class);
  private static final long PAUSE_MILLIS = 200;

  /** How long an owner on the same side may take to give the lease up. */
  private static final long GIVE_UP_WITHIN = TimeUnit.SECONDS.toNanos(1);

  private final LeaseSettings settings;
  private final ScheduledExecutorService thread;
  private final LeaseDesk desk;
  private Consumer<Optional<Throwable>> whenLost = reason -> {};

  PatientLease(LeaseSettings settings, ExtendedActorSystem system) {
    this.settings = settings;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("weir-lease").daemon().unstarted(task));
    this.desk = LeaseDesk.open(system, settings.leaseName(), this::giveUp);
    system.registerOnTermination(this::end);
  }

  /** What came of one try to take a lease. */
  enum Answer {
    TAKEN,
    /** Another has it, and may be dead. */
    HELD,
    /** Another has it and lives: there is nothing to wait for, and waiting would be harmful. */
    HELD_BY_THE_LIVING
  }

  /**
   * Takes the lease if it is free; keeps it if it is ours.
   *
   * @param first whether this is the first try of an operation
   */
  abstract Answer take(boolean first) throws Exception;

  /** Gives the lease back, if it is ours. */
  abstract void giveBack() throws Exception;

  @Override
  public LeaseSettings getSettings() {
    return settings;
  }

  @Override
  public CompletionStage<Boolean> acquire() {
    return acquire(reason -> {});
  }

  @Override
  public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLostCallback) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    onThread(
        result,
        () -> {
          whenLost = leaseLostCallback;
          attempt(result, System.nanoTime(), true);
        });
    return result;
  }

  @Override
  public CompletionStage<Boolean> release() {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    onThread(
        result,
        () -> {
          try {
            giveBack();
            result.complete(true);
          } catch (Exception failure) {
            result.completeExceptionally(failed("Cannot release", failure));
          }
        });
    return result;
  }

  /** Runs {@code task} on the lease's thread after {@code delay}. */
  final void later(Duration delay, Runnable task) {
    var unused = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Tells whoever acquired the lease that it is gone. */
  final void lost(Optional<Throwable> reason) {
    LOG.warn("Lease {} of {} is lost", settings.leaseName(), settings.ownerName());
    whenLost.accept(reason);
  }

  private void attempt(CompletableFuture<Boolean> result, long begun, boolean first) {
    long spent = System.nanoTime() - begun + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
    boolean last = spent > settings.timeoutSettings().getOperationTimeout().toNanos();
    try {
      Answer answer = take(first);
      if (answer == Answer.TAKEN
          || last
          || (answer == Answer.HELD_BY_THE_LIVING && spent > GIVE_UP_WITHIN)) {
        result.complete(answer == Answer.TAKEN);
        return;
      }
      if (first) {
        desk.askAround();
      }
    } catch (Exception failure) {
      if (last) {
        result.completeExceptionally(failed("Cannot acquire", failure));
        return;
      }
    }
    later(Duration.ofMillis(PAUSE_MILLIS), () -> attempt(result, begun, false));
  }

  /** Leaves the lease to another member of this side. */
  private void giveUp() {
    onThread(
        new CompletableFuture<>(),
        () -> {
          try {
            if (checkLease()) {
              giveBack();
              LOG.info("Lease {} given up for another member", settings.leaseName());
            }
          } catch (Exception failure) {
            LOG.warn("Lease {} not given up", settings.leaseName(), failure);
          }
        });
  }

  private LeaseException failed(String what, Exception failure) {
    LeaseException told = new LeaseException(what + " lease " + settings.leaseName());
    told.initCause(failure);
    return told;
  }

  private void onThread(CompletableFuture<Boolean> result, Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException ended) {
      result.complete(false);
    }
  }

  private void end() {
    thread.execute(
        () -> {
          try {
            giveBack();
          } catch (Exception failure) {
            LOG.debug("Lease {} not given back", settings.leaseName(), failure);
          }
        });
    thread.shutdown();
  }
}
