package dev.weir.cluster.conduit;

import java.util.ArrayDeque;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One stream at its producing end: cuts values into pieces as far as credit goes and keeps every
 * piece until it is acknowledged. Guarded by its {@link Sender}.
 *
 * <p>At most one value waits for credit: {@link #hasCredit} is false until it is cut whole.
 */
final class OutboundStream {

  final int id;
  final long target;
  final ProducerSignals signals;

  private final int maxPiece;
  private final ArrayDeque<Frame> unsent = new ArrayDeque<>(4);
  private final ArrayDeque<Frame> unacknowledged = new ArrayDeque<>(8);
  private @Nullable ByteString rest;
  private @Nullable Ending ending;
  private boolean ended;
  private long sequence;
  private long firstUnacknowledged;
  private long used;
  private long limit;

  /** Nothing goes out or comes in any more. */
  boolean isOver;

  /** Scheduled for writing. */
  boolean queued;

  /** The acceptor has spoken of this stream: it need not, and must not, be opened again. */
  boolean confirmed;

  /** The acceptor has spoken of this stream since the last {@link Frame.Hello}. */
  boolean reported;

  /** The producer was told to wait. */
  boolean blocked;

  /** Makes the stream's last frame once its sequence number is known. */
  interface Ending {
    Frame frame(long sequence);
  }

  OutboundStream(int id, long target, int window, int maxPiece, ProducerSignals signals) {
    this.id = id;
    this.target = target;
    this.limit = window;
    this.maxPiece = maxPiece;
    this.signals = signals;
  }

  boolean hasCredit() {
    return rest == null && ending == null && limit - used > Frame.OVERHEAD;
  }

  boolean isFirst() {
    return sequence == 0;
  }

  void push(ByteString value) {
    rest = value;
    cut();
  }

  /** Ends the stream behind what was pushed; only the first ending counts. */
  void end(Ending last) {
    if (ending == null) {
      ending = last;
      cut();
    }
  }

  /** Takes new credit. */
  void extend(long newLimit) {
    limit = Math.max(limit, newLimit);
    cut();
  }

  private void cut() {
    while (rest != null && limit - used > Frame.OVERHEAD) {
      int room = (int) Math.min(maxPiece, limit - used - Frame.OVERHEAD);
      boolean last = rest.size() <= room;
      Frame.Data piece = new Frame.Data(id, sequence++, last, last ? rest : rest.take(room));
      rest = last ? null : rest.drop(room);
      used += piece.cost();
      unsent.add(piece);
    }
    if (rest == null && ending != null && !ended) {
      ended = true;
      unsent.add(ending.frame(sequence++));
    }
  }

  @Nullable Frame peek() {
    return unsent.peekFirst();
  }

  /** The frame last peeked at is on its way. */
  void sent() {
    unacknowledged.addLast(unsent.removeFirst());
  }

  /** Drops what has arrived; false if more has arrived than was ever sent. */
  boolean acknowledge(long next) {
    while (firstUnacknowledged < next && !unacknowledged.isEmpty()) {
      unacknowledged.removeFirst();
      firstUnacknowledged++;
    }
    return firstUnacknowledged >= next;
  }

  boolean isDelivered() {
    return ended && firstUnacknowledged == sequence;
  }

  /** Puts back everything that was sent and has not arrived, to be sent once more in order. */
  void rewind() {
    while (!unacknowledged.isEmpty()) {
      unsent.addFirst(unacknowledged.removeLast());
    }
  }

  void discard() {
    isOver = true;
    unsent.clear();
    unacknowledged.clear();
    rest = null;
  }
}
