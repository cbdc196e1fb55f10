package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one link at the dialer, where its streams are produced.
 *
 * <pre>
 * Away     → Greeting on connected
 * Greeting → Live on Ready; Lost on Refuse
 * Greeting, Live → Away on disconnected
 * any      → Lost on lose
 * </pre>
 *
 * <p>A connection that is not the latest is stale: nothing it says counts. Times are nanoseconds of
 * one clock that is never negative. Thread safe; signals are given while the monitor is held.
 */
class Sender {

  static final int VERSION = 1;

  private enum State {
    AWAY,
    GREETING,
    LIVE,
    LOST
  }

  private final Frame.Hello hello;
  private final FlushClock clock;
  private final int maxPacket;
  private final Map<Integer, OutboundStream> streams = new LinkedHashMap<>();
  private final ArrayDeque<OutboundStream> sendable = new ArrayDeque<>();
  private final ArrayDeque<Frame> control = new ArrayDeque<>();
  private State state = State.AWAY;
  private @Nullable WeirError lost;
  private long connection;
  private long heard;
  private int nextId;
  private long waiting;

  /**
   * @param hello what to say first, but for the number of the connection
   * @param maxPacket the most bytes one write may take
   */
  Sender(Frame.Hello hello, FlushClock clock, int maxPacket, long now) {
    this.hello = hello;
    this.clock = clock;
    this.maxPacket = maxPacket;
    this.heard = now;
  }

  synchronized OutboundStream open(Ticket ticket, ProducerSignals signals, long now) {
    int maxPiece = maxPacket - FrameCodec.MAX_HEADER;
    OutboundStream stream =
        new OutboundStream(nextId++, ticket.stream(), ticket.window(), maxPiece, signals);
    if (lost != null) {
      stream.discard();
      signals.failed(lost);
      return stream;
    }
    streams.put(stream.id, stream);
    if (state == State.LIVE) {
      say(new Frame.Open(stream.id, stream.target), true, now);
    }
    return stream;
  }

  /** Takes one value; false: wait for {@link ProducerSignals#ready} before the next. */
  synchronized boolean offer(OutboundStream stream, ByteString value, long now) {
    if (stream.isOver) {
      return false;
    }
    boolean first = stream.isFirst();
    waiting += value.size() + (long) Frame.OVERHEAD;
    stream.push(value);
    stream.blocked = !stream.hasCredit();
    schedule(stream, first || stream.blocked || waiting >= maxPacket / 2, now);
    return !stream.blocked;
  }

  synchronized void complete(OutboundStream stream, long now) {
    end(stream, sequence -> new Frame.End(stream.id, sequence), now);
  }

  synchronized void fail(OutboundStream stream, WeirError error, long now) {
    end(stream, sequence -> new Frame.Fail(stream.id, sequence, error), now);
  }

  private void end(OutboundStream stream, OutboundStream.Ending ending, long now) {
    if (!stream.isOver) {
      stream.end(ending);
      schedule(stream, true, now);
    }
  }

  synchronized void connected(long number, LongConsumer alarm, long now) {
    if (state != State.LOST && number > connection) {
      connection = number;
      state = State.GREETING;
      control.clear();
      streams.values().forEach(stream -> stream.reported = false);
      clock.connected(alarm);
      say(hello.onConnection(number), true, now);
    }
  }

  synchronized void disconnected(long number) {
    if (number == connection && state != State.LOST) {
      state = State.AWAY;
      control.clear();
      clock.disconnected();
    }
  }

  /** Whether this connection is the one that counts. */
  synchronized boolean isCurrent(long number) {
    return number == connection && (state == State.GREETING || state == State.LIVE);
  }

  synchronized void receive(long number, Frame frame, long now) {
    if (!isCurrent(number)) {
      return;
    }
    heard = now;
    switch (frame) {
      case Frame.Welcome welcome -> {}
      case Frame.Refuse refuse ->
          lose(
              Errors.linkLost(
                  "the peer is another process by now, speaks another version, or took this node"
                      + " for gone."));
      case Frame.Ready ready -> resume(now);
      case Frame.Credit credit -> onCredit(credit, now);
      case Frame.Cancel cancel -> finish(cancel.id(), ProducerSignals::cancelled, now);
      case Frame.Reject reject ->
          finish(reject.id(), signals -> signals.failed(Errors.ticketUnknown()), now);
      case Frame.Ping ping -> {}
      case Frame.Hello f -> throw unexpected(f);
      case Frame.Open f -> throw unexpected(f);
      case Frame.Data f -> throw unexpected(f);
      case Frame.End f -> throw unexpected(f);
      case Frame.Fail f -> throw unexpected(f);
      case Frame.Forget f -> throw unexpected(f);
    }
  }

  private static ProtocolViolation unexpected(Frame frame) {
    return new ProtocolViolation("Not the acceptor's to say: " + frame.getClass().getSimpleName());
  }

  private void onCredit(Frame.Credit credit, long now) {
    OutboundStream stream = streams.get(credit.id());
    if (stream == null) {
      forget(credit.id(), now);
      return;
    }
    stream.confirmed = true;
    stream.reported = true;
    if (!stream.acknowledge(credit.next())) {
      throw new ProtocolViolation("More acknowledged than sent on stream " + credit.id());
    }
    stream.extend(credit.limit());
    if (stream.isDelivered()) {
      finish(stream.id, ProducerSignals::delivered, now);
      return;
    }
    schedule(stream, true, now);
    if (stream.blocked && stream.hasCredit()) {
      stream.blocked = false;
      stream.signals.ready();
    }
  }

  private void resume(long now) {
    state = State.LIVE;
    List<OutboundStream> all = new ArrayList<>(streams.values());
    for (OutboundStream stream : all) {
      if (stream.reported) {
        resend(stream);
      } else if (stream.confirmed) {
        WeirError error = Errors.linkLost("the peer no longer knows the stream.");
        finish(stream.id, signals -> signals.failed(error), now);
      } else {
        say(new Frame.Open(stream.id, stream.target), true, now);
        resend(stream);
      }
      schedule(stream, true, now);
    }
  }

  /** Prepares what may have been lost with the last connection to be sent once more. */
  void resend(OutboundStream stream) {
    stream.rewind();
  }

  private void schedule(OutboundStream stream, boolean urgent, long now) {
    if (stream.peek() != null) {
      if (!stream.queued) {
        stream.queued = true;
        sendable.addLast(stream);
      }
      if (state == State.LIVE) {
        clock.request(urgent, now);
      }
    }
  }

  private interface Farewell {
    void to(ProducerSignals signals);
  }

  private void finish(int id, Farewell farewell, long now) {
    OutboundStream stream = streams.remove(id);
    forget(id, now);
    if (stream != null) {
      stream.discard();
      farewell.to(stream.signals);
    }
  }

  private void forget(int id, long now) {
    if (id >= nextId) {
      throw new ProtocolViolation("Stream " + id + " was never opened.");
    }
    say(new Frame.Forget(id), false, now);
  }

  private void say(Frame frame, boolean urgent, long now) {
    control.addLast(frame);
    clock.request(urgent, now);
  }

  /** Gives up: every stream fails, and no connection counts any more. */
  synchronized void lose(WeirError error) {
    if (state != State.LOST) {
      state = State.LOST;
      lost = error;
      List<OutboundStream> all = new ArrayList<>(streams.values());
      streams.clear();
      sendable.clear();
      control.clear();
      clock.disconnected();
      all.forEach(OutboundStream::discard);
      all.forEach(stream -> stream.signals.failed(error));
    }
  }

  synchronized boolean isLost() {
    return state == State.LOST;
  }

  /** Nanoseconds since the peer was last heard of. */
  synchronized long silence(long now) {
    return now - heard;
  }

  /** Says something if nothing was said for {@code quiet} nanoseconds. */
  synchronized void beat(long quiet, long now) {
    if (state != State.AWAY && now - clock.lastWrite() >= quiet) {
      say(new Frame.Ping(), true, now);
    }
  }

  /** Writes what is due, at most one packet; false if nothing was. */
  synchronized boolean write(long number, ByteWriter out, long now) {
    if (!isCurrent(number) || !clock.isDue(now)) {
      return false;
    }
    int end = out.size() + maxPacket;
    boolean all =
        Packets.write(control, out, end) && (state != State.LIVE || writeStreams(out, end));
    clock.written(now);
    if (!all) {
      clock.request(true, now);
    }
    return true;
  }

  /** One frame from each stream in turn, so a long one does not hold up the others. */
  private boolean writeStreams(ByteWriter out, int end) {
    while (!sendable.isEmpty()) {
      OutboundStream stream = sendable.getFirst();
      Frame next = stream.peek();
      if (next != null) {
        if (out.size() + FrameCodec.sizeBound(next) > end) {
          return false;
        }
        FrameCodec.write(next, out);
        stream.sent();
      }
      sendable.removeFirst();
      stream.queued = stream.peek() != null;
      if (stream.queued) {
        sendable.addLast(stream);
      }
    }
    waiting = 0;
    return true;
  }
}
