package dev.weir.inference.provider;

import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Turns texts into vectors. Thread safe.
 *
 * <p>{@link #embed} returns a cold source of one element: each materialization is one exchange with
 * the upstream, all inputs in one call. As many vectors come as there are inputs, equally long and
 * as long as was asked for, or the source fails with a {@link
 * dev.weir.cluster.error.WeirException}. Cancellation closes the exchange at once.
 */
@FunctionalInterface
public interface Embedder {

  Source<Vectors, NotUsed> embed(EmbedCall call);
}
