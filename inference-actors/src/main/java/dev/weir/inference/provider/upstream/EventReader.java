package dev.weir.inference.provider.upstream;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.FinishReason;
import org.jspecify.annotations.Nullable;

/**
 * Understands the events of one answer: makes deltas of them and remembers how the answer ended and
 * what it used. Plain state, one thread at a time.
 */
public interface EventReader {

  /**
   * Reads the data of one event, which is never empty.
   *
   * @return whether it was the last
   * @throws dev.weir.cluster.error.WeirException when it is an error of the upstream, or no event
   */
  boolean read(byte[] buffer, int offset, int length);

  /** Why the answer ended, or null while it has not. */
  @Nullable FinishReason finish();

  /** What the whole answer has used, or null while the upstream has not told. */
  @Nullable Usage usage();
}
