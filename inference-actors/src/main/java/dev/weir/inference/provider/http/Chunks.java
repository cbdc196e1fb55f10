package dev.weir.inference.provider.http;

import dev.weir.inference.provider.UpstreamError;
import java.nio.ByteBuffer;

/**
 * Takes chunked transfer coding off (RFC 9112, section 7.1), in any pieces. Plain state, one thread
 * at a time.
 */
final class Chunks {

  private static final int TRAILER_LIMIT = 64 * 1024;

  private Phase phase = Phase.SIZE;
  private long left;
  private int digits;
  private int trailer;
  private int lineLength;

  private enum Phase {
    SIZE,
    EXTENSION,
    DATA,
    DATA_END,
    TRAILER,
    DONE
  }

  boolean done() {
    return phase == Phase.DONE;
  }

  /**
   * Moves data from {@code in} to the beginning of {@code out} and returns how much.
   *
   * @throws dev.weir.cluster.error.WeirException when this is no chunked body
   */
  int read(ByteBuffer in, byte[] out) {
    int length = 0;
    while (in.hasRemaining() && phase != Phase.DONE) {
      if (phase == Phase.DATA) {
        int part = (int) Math.min(left, in.remaining());
        in.get(out, length, part);
        length += part;
        left -= part;
        phase = left == 0 ? Phase.DATA_END : Phase.DATA;
      } else {
        frame(in.get());
      }
    }
    return length;
  }

  private void frame(byte b) {
    switch (phase) {
      case SIZE -> size(b);
      case EXTENSION -> {
        if (b == '\n') {
          endOfSize();
        }
      }
      case DATA_END -> {
        if (b == '\n') {
          phase = Phase.SIZE;
          digits = 0;
        } else if (b != '\r') {
          throw UpstreamError.malformed().asException();
        }
      }
      case TRAILER -> trailer(b);
      case DATA, DONE -> throw new IllegalStateException("no frame here");
    }
  }

  private void size(byte b) {
    int digit = Character.digit(b, 16);
    if (digit >= 0 && digits < 15) {
      left = left * 16 + digit;
      digits++;
    } else if (digits > 0 && b == '\n') {
      endOfSize();
    } else if (digits > 0 && (b == ';' || b == '\r' || b == ' ')) {
      phase = Phase.EXTENSION;
    } else {
      throw UpstreamError.malformed().asException();
    }
  }

  private void endOfSize() {
    phase = left == 0 ? Phase.TRAILER : Phase.DATA;
  }

  private void trailer(byte b) {
    if (++trailer > TRAILER_LIMIT) {
      throw UpstreamError.malformed().asException();
    }
    if (b == '\n') {
      if (lineLength == 0) {
        phase = Phase.DONE;
      }
      lineLength = 0;
    } else if (b != '\r') {
      lineLength++;
    }
  }
}
