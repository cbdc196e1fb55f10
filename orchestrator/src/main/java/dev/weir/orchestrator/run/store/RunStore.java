package dev.weir.orchestrator.run.store;

import dev.weir.orchestrator.response.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/**
 * The rows of stored responses. Every answer comes after the write is durable; every command may be
 * repeated.
 *
 * <pre>
 * accept → (milestone)* → finish
 *    └─ claim: the epoch rises, and writes of earlier epochs change nothing
 * </pre>
 *
 * <p>Thread safe. A store that cannot be reached fails the stage with {@code database_unavailable}.
 */
public interface RunStore {

  /** Stores a new run; false when its id is another run's. */
  CompletionStage<Boolean> accept(NewRun run);

  /** Stores how far a run has come; false when {@code epoch} is over or the run has ended. */
  CompletionStage<Boolean> milestone(String id, int epoch, RunStatus status, ByteString progress);

  /** Stores how a run ended; false when {@code epoch} is over or the run ended otherwise. */
  CompletionStage<Boolean> finish(String id, int epoch, RunRow.End end);

  /** The run, if it is this owner's. */
  CompletionStage<Optional<RunRow>> find(Caller owner, String id);

  /** Removes the run, if it is this owner's, whatever its state; false when there was none. */
  CompletionStage<Boolean> delete(Caller owner, String id);

  /** Up to {@code limit} runs that {@code host} holds and has not ended, oldest first. */
  CompletionStage<List<RunRow.Open>> unfinishedOf(long host, int limit);

  /** The hosts that hold runs they have not ended, each once. */
  CompletionStage<List<Long>> hosts();

  /**
   * Takes over a run that has not ended: raises its epoch and makes {@code host} its host. Of any
   * number of claims from one epoch exactly one gets the row; the others get nothing.
   */
  CompletionStage<Optional<RunRow>> claim(String id, int fromEpoch, long host);

  /** Removes runs that ended before {@code olderThan} and returns their number. */
  CompletionStage<Integer> purge(Instant olderThan);
}
