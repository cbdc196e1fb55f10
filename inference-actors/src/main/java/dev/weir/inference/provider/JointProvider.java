package dev.weir.inference.provider;

import dev.weir.cluster.error.WeirError;
import java.util.List;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * An upstream's way to take several calls at once, of which each is answered whole. Thread safe.
 *
 * <p>The source is one batch, and is run once. It brings {@link Submitted} once, then what has come
 * of the calls in any order, and may say of one twice what it has said before. It fails where
 * nothing, or nothing more, can be known of the batch. Its cancellation gives up the batch at the
 * upstream.
 */
public interface JointProvider {

  Source<News, NotUsed> generate(List<Entry> calls);

  /** What all calls of a batch have in common; compared by {@code equals}. */
  default Object common(ModelCall call) {
    return "";
  }

  /**
   * One call of a batch.
   *
   * @param id unique in it: letters, digits and dashes
   */
  record Entry(String id, ModelCall call) {}

  /** What becomes known of a batch. */
  sealed interface News {}

  /** The upstream has it, under this name; it may cost from now on. */
  record Submitted(String batch) implements News {}

  /** A call's whole answer: deltas as of a stream, the last one {@link Delta.Finished}. */
  record Answered(String id, List<Delta> deltas) implements News {
    public Answered {
      deltas = List.copyOf(deltas);
    }
  }

  /** A call has failed. */
  record Refused(String id, WeirError error) implements News {}

  /** All that were not told of have failed so; nothing follows. */
  record Ended(WeirError error) implements News {}
}
