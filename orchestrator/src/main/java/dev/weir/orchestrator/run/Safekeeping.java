package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What is kept of one run: its row from its admission on; at its end first the turn in its
 * conversation, then the row's end, so that whoever reads the end can continue it. All of it may be
 * repeated. A run that is not stored keeps nothing. A part of {@link Run}, used by its actor alone.
 */
final class Safekeeping {

  private final RunStart start;
  private final RunArchive archive;
  private final Turn turn;
  private CompletionStage<Boolean> begun = CompletableFuture.completedStage(true);

  Safekeeping(RunStart start, RunArchive archive, Turn turn) {
    this.start = start;
    this.archive = archive;
    this.turn = turn;
  }

  /** Begins the row. */
  CompletionStage<Boolean> begin() {
    if (start.response().request().store()) {
      begun = accepted();
    }
    return begun;
  }

  private CompletionStage<Boolean> accepted() {
    return Stage.STORE.during(
        start.trace(), place -> archive.accept(start.response(), start.host()));
  }

  /** Keeps the end; what failed leaves no turn. */
  CompletionStage<Run.Kept> end(Response ended, ResponseLog log, int epoch) {
    return begun
        .exceptionallyCompose(failed -> accepted())
        .thenCompose(row -> appended(ended))
        .thenCompose(said -> finished(said, log, epoch));
  }

  private CompletionStage<Response> appended(Response ended) {
    if (ended.status() == Response.Status.FAILED) {
      turn.release();
      return CompletableFuture.completedStage(ended);
    }
    return turn.append(ended)
        .handle((done, failure) -> failure == null ? ended : ended.failed(WeirError.of(failure)));
  }

  private CompletionStage<Run.Kept> finished(Response ended, ResponseLog log, int epoch) {
    return Stage.STORE
        .during(start.trace(), place -> archive.finish(ended, log, epoch))
        .thenApply(ours -> new Run.Kept(ended, ours));
  }
}
