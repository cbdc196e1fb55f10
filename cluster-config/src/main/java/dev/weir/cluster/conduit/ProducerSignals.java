package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;

/** What a producer hears of its stream. Called from any thread; must not block. */
interface ProducerSignals {

  /** There is credit again. */
  void ready();

  /** The consumer's node has everything. Nothing follows. */
  void delivered();

  /** The consumer wants no more. Nothing follows. */
  void cancelled();

  /** The stream cannot go on. Nothing follows. */
  void failed(WeirError error);
}
