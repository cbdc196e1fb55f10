package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.EventIndex;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.run.store.NewRun;
import dev.weir.orchestrator.run.store.RunRow;
import dev.weir.orchestrator.run.store.RunStatus;
import dev.weir.orchestrator.run.store.RunStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/**
 * Responses as the run store keeps them: the request when a run is accepted, the response and the
 * index of its events when it has ended. Thread safe.
 */
public final class RunArchive {

  private static final WeirError LOST =
      new WeirError.Internal("host_lost", "The node that made this response was lost; ask again.");

  private final RunStore store;
  private final KryoCodec codec;

  public RunArchive(RunStore store, KryoCodec codec) {
    this.store = store;
    this.codec = codec;
  }

  /** A response that has ended and the shape of its events. */
  public record Ended(Response response, ByteString index) {

    List<Numbered> events() {
      return EventIndex.replay(response, index);
    }
  }

  /** What is known of a response: how it ended, or which process had it last. */
  sealed interface Found {

    /** It has ended. */
    record Whole(Ended ended) implements Found {}

    /** It had not ended when the row was read. */
    record Unfinished(Response begun, long host, int epoch) implements Found {}
  }

  /** Records that a run has begun; {@code response} with its input. */
  CompletionStage<Boolean> accept(Response response, long host) {
    return store.accept(row(response, host));
  }

  /** The row of a run that begins; {@code response} with its input. */
  NewRun row(Response response, long host) {
    var request = response.request();
    return new NewRun(
        response.caller(),
        response.id().toString(),
        response.id().conversation(),
        request.previousResponseId(),
        request.model(),
        request.background(),
        host,
        response.createdAt().truncatedTo(java.time.temporal.ChronoUnit.MILLIS),
        codec.toByteString(response));
  }

  /** Records how it ended, without its input; false when another process has taken it over. */
  CompletionStage<Boolean> finish(Response response, ResponseLog log, int epoch) {
    WeirError error = response.error();
    RunRow.End end =
        new RunRow.End(
            RunStatus.valueOf(response.status().name()),
            codec.toByteString(new Ended(response, EventIndex.of(log))),
            response.usage() == null ? Usage.ZERO : response.usage(),
            error == null ? null : new RunRow.Problem(error.code(), error.message()));
    return store.finish(response.id().toString(), epoch, end);
  }

  CompletionStage<Optional<Found>> find(Caller caller, String id) {
    return store.find(caller, id).thenApply(row -> row.map(this::read));
  }

  /** What was put into a response. */
  CompletionStage<Optional<List<Item>>> input(Caller caller, String id) {
    return store.find(caller, id).thenApply(row -> row.map(it -> asked(it).request().input()));
  }

  /**
   * Ends a run whose process is gone, with what is known of it; the end is that of whoever claims
   * it first.
   */
  CompletionStage<Boolean> abandon(String id, int epoch, long host) {
    return store
        .claim(id, epoch, host)
        .thenCompose(
            row ->
                row.map(this::read)
                    .map(found -> abandon(found, epoch + 1))
                    .orElseGet(() -> CompletableFuture.completedFuture(false)));
  }

  private CompletionStage<Boolean> abandon(Found found, int epoch) {
    if (found instanceof Found.Unfinished(Response begun, long host, int known)) {
      ResponseLog log = new ResponseLog(epoch);
      log.append(new ResponseEvent.Resumed(epoch));
      return finish(begun.failed(LOST), log, epoch);
    }
    return CompletableFuture.completedFuture(false);
  }

  CompletionStage<Boolean> delete(Caller caller, String id) {
    return store.delete(caller, id);
  }

  /** Runs that {@code host} had and has not ended. */
  CompletionStage<List<RunRow.Open>> unfinishedOf(long host, int limit) {
    return store.unfinishedOf(host, limit);
  }

  /** Forgets the runs that ended before {@code olderThan}; how many there were. */
  public CompletionStage<Integer> purge(Instant olderThan) {
    return store.purge(olderThan);
  }

  /** Whoever has runs that have not ended. */
  CompletionStage<List<Long>> hosts() {
    return store.hosts();
  }

  private Found read(RunRow row) {
    return row.status().ended()
        ? new Found.Whole((Ended) codec.fromByteString(row.result()))
        : new Found.Unfinished(asked(row).withoutInput(), row.run().host(), row.epoch());
  }

  private Response asked(RunRow row) {
    return (Response) codec.fromByteString(row.run().request());
  }
}
