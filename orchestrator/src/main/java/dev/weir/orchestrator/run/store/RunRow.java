package dev.weir.orchestrator.run.store;

import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import java.time.Instant;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of a run.
 *
 * @param run as it was accepted; its host is the one that holds it now
 * @param progress the last milestone, empty before the first
 * @param result what {@link RunStore#finish} stored, empty before
 * @param error why it failed
 */
public record RunRow(
    NewRun run,
    RunStatus status,
    int epoch,
    Instant updatedAt,
    ByteString progress,
    ByteString result,
    Usage usage,
    @Nullable Problem error) {

  /** Tells nothing of what was asked or answered. */
  @Override
  public String toString() {
    return "RunRow[%s, %s, epoch=%d]".formatted(run, status, epoch);
  }

  /** A stored error: its code and its message, never a prompt or an answer. */
  public record Problem(String code, String message) {}

  /** How a run ended. */
  public record End(RunStatus status, ByteString result, Usage usage, @Nullable Problem error) {
    public End {
      if (!status.ended()) {
        throw new IllegalArgumentException(status + " is not an end");
      }
    }

    /** Tells nothing of the result. */
    @Override
    public String toString() {
      return "End[%s, %s]".formatted(status, usage);
    }
  }

  /** A run that has not ended, without its bytes: enough to claim it. */
  public record Open(String id, Caller owner, RunStatus status, long host, int epoch) {}
}
