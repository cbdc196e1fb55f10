package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.run.store.IdempotencyStore;
import dev.weir.orchestrator.run.store.IdempotencyStore.Claim;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides which of the requests under one client's key is run. What is stored of a response is
 * stored with the claim, before anything is asked of a model: whatever dies, a key that stands for
 * a stored response leads to it. Thread safe.
 */
public final class Claims {

  private static final WeirError REUSED =
      new WeirError.Conflict(
          "idempotency_key_reused",
          "Another request was sent with this Idempotency-Key; use a new key for a new request.");

  private final IdempotencyStore store;
  private final RunArchive archive;
  private final Duration window;
  private final InstantSource clock;

  /**
   * @param window how long a key stands for its first response
   */
  public Claims(IdempotencyStore store, RunArchive archive, Duration window, InstantSource clock) {
    this.store = store;
    this.archive = archive;
    this.window = window;
    this.clock = clock;
  }

  /** Whose turn it is. */
  sealed interface Verdict {}

  /** This request's: it is run. */
  record Ours(Held held) implements Verdict {}

  /** An earlier one's, whose response is this one's too. */
  record Earlier(ResponseId first) implements Verdict {}

  /** A key that this request's run holds. */
  record Held(Claims claims, Claim claim) {

    /** Lets the key stand for nothing, as if it had never come; nothing is kept of the run. */
    CompletionStage<Boolean> release() {
      return claims.store.release(claim);
    }
  }

  /**
   * Claims {@code key} for {@code response}, which has its input; fails with {@code
   * idempotency_key_reused} when the key stands for another request.
   */
  CompletionStage<Verdict> claim(IdempotencyKey key, Response response, long host) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Claim claim = new Claim(key.id(response.caller()), key.body(), response.id().toString(), now);
    return store
        .claim(
            claim,
            now.minus(window),
            response.request().store() ? archive.row(response, host) : null)
        .thenCompose(standing -> verdict(claim, standing));
  }

  private CompletionStage<Verdict> verdict(Claim claim, Claim standing) {
    if (standing.response().equals(claim.response())) {
      return CompletableFuture.completedStage(new Ours(new Held(this, claim)));
    }
    return standing.body().equals(claim.body())
        ? CompletableFuture.completedStage(
            new Earlier(ResponseId.parse(standing.response()).orElseThrow()))
        : CompletableFuture.failedStage(REUSED.asException());
  }

  /** Forgets the keys that stand for nothing any more. */
  public CompletionStage<Integer> purge() {
    return store.purge(clock.instant().minus(window));
  }
}
