package dev.weir.inference.cache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps whole answers beside the nodes, for all of them. What it does not know in time, or cannot
 * do, is as if it were not there: none of its answers fails. Thread safe.
 */
public interface AnswerStore extends AutoCloseable {

  /**
   * When a call began, as the store counts. What is forgotten afterwards includes its answer.
   *
   * @param epoch numbers of different epochs say nothing of each other
   */
  record Mark(String epoch, long number) {}

  /**
   * What the store knows as a call begins.
   *
   * @param answer null where it has none
   * @param left how long that answer may still be used
   * @param mark for {@link #keep}; null where what the call brings cannot be kept
   */
  record Found(@Nullable Replay answer, Duration left, @Nullable Mark mark) {

    /** Nothing, not even what may be kept. */
    public static final Found NOTHING = new Found(null, Duration.ZERO, null);
  }

  /** Looks for the answer to a call that begins. */
  CompletionStage<Found> find(CacheOrder order);

  /** Keeps the whole answer of a call that began at {@code mark}. */
  void keep(CacheOrder order, Mark mark, Replay answer);

  /**
   * Forgets what is selected, also what calls that have begun will bring; tells whether it could.
   */
  CompletionStage<Boolean> forget(Selection selection);

  @Override
  void close();

  /** Keeps nothing. */
  AnswerStore NONE =
      new AnswerStore() {
        @Override
        public CompletionStage<Found> find(CacheOrder order) {
          return CompletableFuture.completedFuture(Found.NOTHING);
        }

        @Override
        public void keep(CacheOrder order, Mark mark, Replay answer) {}

        @Override
        public CompletionStage<Boolean> forget(Selection selection) {
          return CompletableFuture.completedFuture(true);
        }

        @Override
        public void close() {}
      };
}
