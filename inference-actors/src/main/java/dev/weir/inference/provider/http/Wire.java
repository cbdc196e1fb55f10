package dev.weir.inference.provider.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes to and from a connected socket, never waiting. One thread. */
interface Wire {

  /** Reads what is there; 0 for nothing yet, -1 for the end. */
  int read(ByteBuffer target) throws IOException;

  /** Writes what goes out now, the handshake first. */
  void write(ByteBuffer source) throws IOException;

  /** Whether the handshake, if any, is done. */
  boolean settled();

  /** Whether a read may find something without the socket being readable. */
  boolean more();

  /** Whether the wire itself waits for the socket to be writable. */
  boolean wantsToWrite();
}
