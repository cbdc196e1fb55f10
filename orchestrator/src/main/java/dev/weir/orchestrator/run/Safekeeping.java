package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.Patterns;

/**
 * What is kept of one run: its row from its admission on; at its end first the turn in its
 * conversation, then the row's end, so that whoever reads the end can continue it. All of it may be
 * repeated. A run that is not stored keeps nothing. A part of {@link Run}, used by its actor alone.
 */
final class Safekeeping {

  private static final int TRIES = 4;
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /** Whether the row was still this host's to end. */
  private record Kept(Response ended, boolean ours) {}

  private final ActorSystem<?> system;
  private final RunStart start;
  private final RunArchive archive;
  private final Turn turn;
  private final CompletableFuture<Run.Admission> admission = new CompletableFuture<>();
  private CompletionStage<Boolean> begun = CompletableFuture.completedStage(true);

  Safekeeping(ActorSystem<?> system, RunStart start, RunArchive archive, Turn turn) {
    this.system = system;
    this.start = start;
    this.archive = archive;
    this.turn = turn;
  }

  private void decide(Run.Admission word) {
    start.replyTo().tell(word);
    admission.complete(word);
  }

  /** Whether the run was admitted, once that is known. */
  CompletionStage<Run.Admission> admission() {
    return admission;
  }

  /**
   * Begins the row, beside the first tokens, and then tells that the run is admitted: whoever is
   * told of the response finds it.
   *
   * @param unkept hears of a row that could not be begun, which is told as a refusal; on any thread
   */
  void admit(RateLimits limits, Consumer<WeirError> unkept) {
    if (start.isStored() && start.held() == null) {
      begun = accepted();
    }
    begun.whenComplete(
        (row, failure) -> {
          if (failure == null) {
            decide(new Run.Admitted(limits));
          } else {
            WeirError error = WeirError.of(failure);
            decide(new Run.Refused(error, limits));
            unkept.accept(error);
          }
        });
  }

  /** Tells that the run is not admitted; nothing is kept of it, and its key is free again. */
  void refuse(WeirError error, RateLimits limits) {
    forgo();
    Run.Admission refused = new Run.Refused(error, limits);
    if (start.held() == null) {
      decide(refused);
    } else {
      start.held().release().whenComplete((free, failure) -> decide(refused));
    }
  }

  /** Leaves the conversation without a turn. */
  void forgo() {
    turn.release();
  }

  private CompletionStage<Boolean> accepted() {
    return Stage.STORE.during(
        start.trace(), place -> archive.accept(start.response(), start.host()));
  }

  /**
   * Keeps the end, which may change by that: a turn that cannot be kept, in four tries where its
   * conversation does not answer, is a failure. What failed leaves no turn. Fails when four tries,
   * two seconds apart, did, or the row is another host's by now.
   */
  CompletionStage<Response> end(Response ended, ResponseLog log, int epoch) {
    return end(ended, log, epoch, TRIES)
        .thenCompose(
            kept ->
                kept.ours()
                    ? CompletableFuture.completedStage(kept.ended())
                    : CompletableFuture.failedStage(taken().asException()));
  }

  private CompletionStage<Kept> end(Response ended, ResponseLog log, int epoch, int tries) {
    return begun
        .exceptionallyCompose(failed -> accepted())
        .thenCompose(row -> appended(ended, tries))
        .thenCompose(said -> finished(said, log, epoch))
        .exceptionallyCompose(
            failure ->
                tries > 1
                    ? Patterns.after(AGAIN, system, () -> end(ended, log, epoch, tries - 1))
                    : CompletableFuture.failedStage(failure));
  }

  /** A conversation that moves to another node is back some time; the last try settles it. */
  private CompletionStage<Response> appended(Response ended, int tries) {
    if (ended.status() == Response.Status.FAILED) {
      forgo();
      return CompletableFuture.completedStage(ended);
    }
    return turn.append(ended)
        .thenApply(done -> ended)
        .exceptionallyCompose(
            failure -> {
              WeirError error = WeirError.of(failure);
              return error instanceof WeirError.Unavailable && tries > 1
                  ? CompletableFuture.failedStage(failure)
                  : CompletableFuture.completedStage(ended.failed(error));
            });
  }

  private CompletionStage<Kept> finished(Response ended, ResponseLog log, int epoch) {
    return Stage.STORE
        .during(start.trace(), place -> archive.finish(ended, log, epoch))
        .thenApply(ours -> new Kept(ended, ours));
  }

  private static WeirError taken() {
    return new WeirError.Unavailable(
        "run_taken_over", "Another node goes on with this response; resume it.", Duration.ZERO);
  }
}
