package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import org.apache.pekko.util.ByteString;

/**
 * What two nodes say to each other on a link. The <em>dialer</em> produces, the <em>acceptor</em>
 * consumes. A stream has a number {@code id}, chosen by the dialer and never reused on its link;
 * {@code sequence} counts the frames {@link Data}, {@link End} and {@link Fail} of one stream from
 * 0.
 *
 * <pre>
 * dialer:   Hello, and after Ready (Open | Data | End | Fail | Forget | Ping)*
 * acceptor: Refuse
 * acceptor: Welcome (Credit | Cancel | Reject)* Ready (Credit | Cancel | Reject | Ping)*
 * </pre>
 */
sealed interface Frame {

  /** What a piece of payload costs in credit beyond its own bytes: about what it costs to hold. */
  int OVERHEAD = 16;

  /**
   * The dialer's first word. {@code link} and {@code connection} grow, so a late one is known as
   * such.
   *
   * @param host where the dialer's own node listens
   * @param target the incarnation that is meant to answer
   */
  record Hello(
      int version, long incarnation, String host, int port, long target, long link, long connection)
      implements Frame {

    Hello onConnection(long number) {
      return new Hello(version, incarnation, host, port, target, link, number);
    }
  }

  /** The acceptor's answer. */
  record Welcome() implements Frame {}

  /** The acceptor is another process than the one meant, or has given the dialer up for gone. */
  record Refuse() implements Frame {}

  /** The acceptor has told all it knows of the streams of this link. */
  record Ready() implements Frame {}

  /** A new stream for the ticket {@code target}. */
  record Open(int id, long target) implements Frame {}

  /** A value, or a piece of one unless {@code last}. */
  record Data(int id, long sequence, boolean last, ByteString payload) implements Frame {

    long cost() {
      return payload.size() + (long) OVERHEAD;
    }
  }

  /** The stream ended well. */
  record End(int id, long sequence) implements Frame {}

  /** The stream failed at its producer. */
  record Fail(int id, long sequence, WeirError error) implements Frame {}

  /**
   * Both are cumulative.
   *
   * @param next everything before this sequence number has arrived
   * @param limit how much may be sent since the stream began, by {@link Data#cost}
   */
  record Credit(int id, long next, long limit) implements Frame {}

  /** The consumer wants no more. */
  record Cancel(int id) implements Frame {}

  /** Nobody waits for this stream: its ticket is unknown, used or expired. */
  record Reject(int id) implements Frame {}

  /** The dialer has done with the stream; the acceptor may drop what it remembers of it. */
  record Forget(int id) implements Frame {}

  /** Still here. */
  record Ping() implements Frame {}
}
