package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;

/** Where a producer's stage puts its elements; what comes back are {@link ProducerSignals}. */
interface Outlet<T> {

  /** Takes one element; false: wait for {@link ProducerSignals#ready} before the next. */
  boolean offer(T element);

  void complete();

  /** Ends the stream with a failure; nothing happens if it has ended. */
  void fail(WeirError error);
}
