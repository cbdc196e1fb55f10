package dev.weir.orchestrator.run.store;

import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Which response each client's idempotency key stands for. Every answer comes after the write is
 * durable. Thread safe. A store that cannot be reached fails the stage with {@code
 * database_unavailable}.
 */
public interface IdempotencyStore {

  /**
   * That a key stands for a response.
   *
   * @param id of owner and key, hashed
   * @param body what was asked, hashed
   * @param at to the millisecond
   */
  record Claim(String id, String body, String response, Instant at) {}

  /**
   * Makes {@code claim} unless the key stands for another response since {@code oldest} or later.
   * Of any number of claims at once exactly one is made.
   *
   * @param run stored in the same moment, or null
   * @return the claim that stands
   */
  CompletionStage<Claim> claim(Claim claim, Instant oldest, @Nullable NewRun run);

  /** Takes a claim back, with the run stored for it; false when it did not stand. */
  CompletionStage<Boolean> release(Claim claim);

  /** Removes claims made before {@code olderThan} and returns their number. */
  CompletionStage<Integer> purge(Instant olderThan);
}
