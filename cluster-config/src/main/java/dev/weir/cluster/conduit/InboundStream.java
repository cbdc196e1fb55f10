package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One stream at its consuming end: puts pieces together, holds what has arrived until it is polled,
 * and extends the producer's credit as it is.
 *
 * <p>Holds at most a window of bytes and one value beyond it: the pieces of a value count as
 * consumed as soon as nothing waits before it, else a value larger than the window would never
 * arrive.
 *
 * <p>Thread safe. Its upstream and its reader are called without the monitor.
 */
final class InboundStream {

  /** What the reader gets. */
  sealed interface Item {}

  /** A value from another node. */
  record Encoded(ByteString bytes, long cost) implements Item {}

  /** A value from this node. */
  record Local(Object value, long cost) implements Item {}

  record Ended() implements Item {}

  record Failed(WeirError error) implements Item {}

  /** The producer's end, as the stream sees it. */
  interface Upstream {

    /** There is notably more credit than when this was last called. */
    void credit();

    /** The reader is gone. */
    void cancelled();
  }

  private final int window;
  private final Queue<Item> items = new ArrayDeque<>(4);
  private @Nullable Upstream upstream;
  private @Nullable Runnable reader;
  private ByteString partial = ByteString.emptyByteString();
  private long partialCost;
  private long consumed;
  private long announced;
  private boolean readerWaits;
  private boolean closed;

  InboundStream(int window) {
    this.window = window;
  }

  /** Binds the producer; false if there is one already or the reader is gone. */
  synchronized boolean claim(Upstream producer) {
    if (upstream != null || closed) {
      return false;
    }
    upstream = producer;
    return true;
  }

  /** Binds the reader, who runs {@code wake} each time after a poll was in vain; false if taken. */
  synchronized boolean attach(Runnable wake) {
    if (reader != null) {
      return false;
    }
    reader = wake;
    return true;
  }

  synchronized boolean isClaimed() {
    return upstream != null;
  }

  synchronized boolean isAttached() {
    return reader != null;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** How much the producer may have sent in all. */
  synchronized long limit() {
    return consumed + window;
  }

  void piece(Frame.Data piece) {
    @Nullable Runnable next = null;
    boolean extended = false;
    synchronized (this) {
      partialCost += piece.cost();
      if (piece.last()) {
        ByteString value = partial.isEmpty() ? piece.payload() : partial.concat(piece.payload());
        partial = ByteString.emptyByteString();
        next = put(new Encoded(value, partialCost));
        partialCost = 0;
      } else {
        partial = partial.concat(piece.payload());
        extended = consumePartial();
      }
    }
    run(next);
    extendIf(extended);
  }

  void offer(Object value, long cost) {
    @Nullable Runnable next;
    synchronized (this) {
      next = put(new Local(value, cost));
    }
    run(next);
  }

  /** Ends the stream behind what has arrived. */
  void end(Item last) {
    @Nullable Runnable next;
    synchronized (this) {
      next = put(last);
    }
    run(next);
  }

  /** The reader to be woken, if it waits. */
  private @Nullable Runnable put(Item item) {
    if (closed) {
      return null;
    }
    items.add(item);
    boolean wake = readerWaits;
    readerWaits = false;
    return wake ? reader : null;
  }

  private static void run(@Nullable Runnable wake) {
    if (wake != null) {
      wake.run();
    }
  }

  /** The next item, or null: then the reader will be woken. */
  @Nullable Item poll() {
    boolean extended;
    Item item;
    synchronized (this) {
      item = items.poll();
      switch (item) {
        case null -> {
          readerWaits = true;
          return null;
        }
        case Encoded encoded -> consumed += encoded.cost();
        case Local local -> consumed += local.cost();
        case Ended end -> closed = true;
        case Failed failure -> closed = true;
      }
      extended = consumePartial();
    }
    extendIf(extended);
    return item;
  }

  private boolean consumePartial() {
    if (items.isEmpty()) {
      consumed += partialCost;
      partialCost = 0;
    }
    if (consumed - announced >= window / 2) {
      announced = consumed;
      return true;
    }
    return false;
  }

  private void extendIf(boolean extended) {
    Upstream producer = upstream;
    if (extended && producer != null) {
      producer.credit();
    }
  }

  /** The reader wants no more. */
  void cancel() {
    Upstream producer;
    synchronized (this) {
      producer = closed ? null : upstream;
      closed = true;
      items.clear();
      partial = ByteString.emptyByteString();
    }
    if (producer != null) {
      producer.cancelled();
    }
  }
}
