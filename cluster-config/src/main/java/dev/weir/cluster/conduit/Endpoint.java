package dev.weir.cluster.conduit;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One end of one connection, as the stage that carries it sees it. */
interface Endpoint {

  /**
   * The connection is being made.
   *
   * @param wake makes the stage look again, from any thread
   */
  void opened(Runnable wake);

  /** A packet has come, behind its four bytes of length. */
  void received(ByteString packet);

  /** What to write now, with its length before it. */
  @Nullable ByteString next();

  /** What is to become of the connection. */
  Standing standing();

  enum Standing {
    OPEN,

    /** Has nothing more to say; closes once all is written. */
    DONE,

    /** Has no use any more; is cut. */
    VOID
  }

  /** The connection broke, or could not be made; {@link #closed} follows. */
  void failed(Throwable cause);

  /** The connection is gone. Called once. */
  void closed();
}
