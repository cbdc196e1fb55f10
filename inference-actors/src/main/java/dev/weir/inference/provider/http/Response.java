package dev.weir.inference.provider.http;

import dev.weir.inference.provider.UpstreamError;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.apache.pekko.util.ByteString;

/**
 * Reads one HTTP/1.1 answer (RFC 9112) and hands its body to the exchange; the body of a refusal is
 * kept for its translation. Bytes may come in any pieces. Plain state, one thread at a time.
 */
final class Response {

  private static final int HEAD_LIMIT = 64 * 1024;
  private static final int REFUSAL_LIMIT = 64 * 1024;

  private final Exchange exchange;
  private final StringBuilder line = new StringBuilder(64);
  private final Chunks chunks = new Chunks();
  private final ByteArrayOutputStream refusal = new ByteArrayOutputStream(0);
  private final Head head = new Head();
  private Phase phase = Phase.HEAD;
  private int headSize;
  private long left;

  private enum Phase {
    HEAD,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE,
    COMPLETE
  }

  Response(Exchange exchange) {
    this.exchange = exchange;
  }

  /**
   * Takes bytes; false when the exchange wants no more for now.
   *
   * @throws dev.weir.cluster.error.WeirException when this is not HTTP
   */
  boolean read(ByteBuffer in) {
    if (phase == Phase.HEAD) {
      readHead(in);
    }
    if (phase == Phase.HEAD || phase == Phase.COMPLETE || !in.hasRemaining()) {
      return true;
    }
    byte[] body = new byte[in.remaining()];
    int length = readBody(in, body);
    return length == 0 || take(body, length);
  }

  boolean complete() {
    return phase == Phase.COMPLETE;
  }

  /** Whether the answer counts as complete when the connection ends here. */
  boolean endsWithConnection() {
    return phase == Phase.UNTIL_CLOSE;
  }

  /** Whether the connection may serve another exchange after this. */
  boolean reusable() {
    return head.keepAlive;
  }

  /** Tells the exchange that this was all. */
  void end() {
    if (head.success()) {
      exchange.end();
    } else {
      exchange.fail(
          exchange
              .call()
              .refusals()
              .translate(head.status, head.retryAfter(), refusal.toByteArray()));
    }
  }

  private boolean take(byte[] body, int length) {
    if (head.success()) {
      return exchange.hand(ByteString.fromArrayUnsafe(body, 0, length));
    }
    refusal.write(body, 0, Math.min(length, REFUSAL_LIMIT - refusal.size()));
    if (refusal.size() == REFUSAL_LIMIT) {
      phase = Phase.COMPLETE;
      head.keepAlive = false;
    }
    return true;
  }

  private void readHead(ByteBuffer in) {
    while (in.hasRemaining() && phase == Phase.HEAD) {
      char c = (char) (in.get() & 0xff);
      if (++headSize > HEAD_LIMIT) {
        throw UpstreamError.malformed().asException();
      }
      if (c == '\n') {
        endOfLine();
      } else if (c != '\r') {
        line.append(c);
      }
    }
  }

  private void endOfLine() {
    String text = line.toString();
    line.setLength(0);
    if (head.status == 0) {
      head.statusLine(text);
    } else if (!text.isEmpty()) {
      int colon = text.indexOf(':');
      if (colon > 0) {
        head.header(
            text.substring(0, colon).toLowerCase(Locale.ROOT), text.substring(colon + 1).trim());
      }
    } else if (head.status < 200) {
      head.status = 0;
    } else {
      phase = bodyPhase();
    }
  }

  private Phase bodyPhase() {
    if (head.status == 204 || head.status == 304) {
      return Phase.COMPLETE;
    }
    if (head.chunked) {
      return Phase.CHUNKED;
    }
    left = head.length;
    if (left == 0) {
      return Phase.COMPLETE;
    }
    if (left > 0) {
      return Phase.LENGTH;
    }
    head.keepAlive = false;
    return Phase.UNTIL_CLOSE;
  }

  private int readBody(ByteBuffer in, byte[] body) {
    if (phase == Phase.CHUNKED) {
      int length = chunks.read(in, body);
      if (chunks.done()) {
        phase = Phase.COMPLETE;
      }
      return length;
    }
    int length = in.remaining();
    if (phase == Phase.LENGTH) {
      length = (int) Math.min(length, left);
      left -= length;
      if (left == 0) {
        phase = Phase.COMPLETE;
      }
    }
    in.get(body, 0, length);
    return length;
  }
}
