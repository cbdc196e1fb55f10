package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one link at the acceptor, where its streams are consumed.
 *
 * <p>It remembers every stream until the dialer forgets it, so after a reconnect it can tell how
 * far each had come, also those that have ended. A connection that is not the latest is stale:
 * nothing it says counts. Times are nanoseconds of one clock that is never negative. Thread safe.
 */
class Receiver {

  /** Finds who waits for a stream. */
  interface Desk {

    /** Binds {@code producer} to the stream of ticket {@code target}; null: nobody waits for it. */
    @Nullable InboundStream claim(long target, InboundStream.Upstream producer);
  }

  private enum Phase {
    OPEN,
    ENDED,
    CANCELLED,
    REJECTED
  }

  /** What the acceptor knows of one stream. */
  private final class Entry implements InboundStream.Upstream {
    private final int id;
    private @Nullable InboundStream stream;
    private Phase phase = Phase.OPEN;
    private long next;
    private long received;
    private long granted;
    private long reported;
    private boolean due;

    Entry(int id) {
      this.id = id;
    }

    boolean isRefused() {
      return phase == Phase.CANCELLED || phase == Phase.REJECTED;
    }

    @Override
    public void credit() {
      report(this, true);
    }

    @Override
    public void cancelled() {
      cancel(this);
    }
  }

  private final Desk desk;
  private final FlushClock clock;
  private final int maxPacket;
  private final LongSupplier time;
  private final Map<Integer, Entry> entries = new LinkedHashMap<>();
  private final ArrayDeque<Frame> control = new ArrayDeque<>();
  private final ArrayDeque<Entry> reports = new ArrayDeque<>();
  private long connection;
  private boolean live;
  private boolean lost;
  private long heard;

  /**
   * @param time the clock, for what the readers cause
   */
  Receiver(Desk desk, FlushClock clock, int maxPacket, LongSupplier time) {
    this.desk = desk;
    this.clock = clock;
    this.maxPacket = maxPacket;
    this.time = time;
    this.heard = time.getAsLong();
  }

  /**
   * Takes over to connection {@code number} and tells the dialer where each stream stands; nothing
   * where a later one has taken over already.
   */
  synchronized void connected(long number, LongConsumer alarm, long now) {
    if (number < connection) {
      return;
    }
    connection = number;
    live = true;
    heard = now;
    control.clear();
    reports.clear();
    clock.connected(alarm);
    say(new Frame.Welcome(), true);
    for (Entry entry : entries.values()) {
      entry.due = false;
      say(standing(entry), true);
    }
    say(new Frame.Ready(), true);
  }

  private Frame standing(Entry entry) {
    return switch (entry.phase) {
      case OPEN, ENDED -> creditOf(entry);
      case CANCELLED -> new Frame.Cancel(entry.id);
      case REJECTED -> new Frame.Reject(entry.id);
    };
  }

  private Frame creditOf(Entry entry) {
    InboundStream stream = entry.stream;
    if (stream != null) {
      entry.granted = Math.max(entry.granted, stream.limit());
    }
    entry.reported = entry.next;
    return new Frame.Credit(entry.id, entry.next, entry.granted);
  }

  synchronized void disconnected(long number) {
    if (number == connection) {
      live = false;
      clock.disconnected();
    }
  }

  synchronized boolean isCurrent(long number) {
    return live && !lost && number == connection;
  }

  synchronized void receive(long number, Frame frame, long now) {
    if (!isCurrent(number)) {
      return;
    }
    heard = now;
    switch (frame) {
      case Frame.Data data -> onData(data);
      case Frame.Open open -> onOpen(open);
      case Frame.End end -> onEnd(end.id(), end.sequence(), new InboundStream.Ended());
      case Frame.Fail fail ->
          onEnd(fail.id(), fail.sequence(), new InboundStream.Failed(fail.error()));
      case Frame.Forget forget -> entries.remove(forget.id());
      case Frame.Ping ping -> {}
      case Frame.Hello f -> throw unexpected(f);
      case Frame.Welcome f -> throw unexpected(f);
      case Frame.Refuse f -> throw unexpected(f);
      case Frame.Ready f -> throw unexpected(f);
      case Frame.Credit f -> throw unexpected(f);
      case Frame.Cancel f -> throw unexpected(f);
      case Frame.Reject f -> throw unexpected(f);
    }
  }

  private static ProtocolViolation unexpected(Frame frame) {
    return new ProtocolViolation("Not the dialer's to say: " + frame.getClass().getSimpleName());
  }

  private void onOpen(Frame.Open open) {
    if (entries.containsKey(open.id())) {
      return;
    }
    Entry entry = new Entry(open.id());
    entries.put(open.id(), entry);
    entry.stream = desk.claim(open.target(), entry);
    if (entry.stream == null) {
      entry.phase = Phase.REJECTED;
      say(new Frame.Reject(open.id()), true);
    } else {
      entry.granted = entry.stream.limit();
    }
  }

  private void onData(Frame.Data data) {
    Entry entry = entries.get(data.id());
    if (entry == null || entry.isRefused() || isRepeated(data.sequence(), entry.next)) {
      return;
    }
    InboundStream stream = advance(entry, data.sequence());
    entry.received += data.cost();
    if (entry.received > entry.granted) {
      throw new ProtocolViolation("More sent than credit allows on stream " + data.id());
    }
    stream.piece(data);
  }

  private void onEnd(int id, long sequence, InboundStream.Item last) {
    Entry entry = entries.get(id);
    if (entry == null || entry.isRefused() || isRepeated(sequence, entry.next)) {
      return;
    }
    InboundStream stream = advance(entry, sequence);
    entry.phase = Phase.ENDED;
    report(entry, true);
    stream.end(last);
  }

  /** Whether the frame has come before. */
  boolean isRepeated(long sequence, long next) {
    return sequence < next;
  }

  private static InboundStream advance(Entry entry, long sequence) {
    InboundStream stream = entry.stream;
    if (sequence > entry.next || entry.phase == Phase.ENDED || stream == null) {
      throw new ProtocolViolation(
          "Stream " + entry.id + " is at " + entry.next + " and got " + sequence);
    }
    entry.next++;
    return stream;
  }

  private synchronized void report(Entry entry, boolean urgent) {
    if (live && !entry.due) {
      entry.due = true;
      reports.addLast(entry);
    }
    if (live) {
      clock.request(urgent, time.getAsLong());
    }
  }

  private synchronized void cancel(Entry entry) {
    if (entry.phase == Phase.OPEN && !lost) {
      entry.phase = Phase.CANCELLED;
      entry.stream = null;
      say(new Frame.Cancel(entry.id), true);
    }
  }

  private void say(Frame frame, boolean urgent) {
    if (live) {
      control.addLast(frame);
      clock.request(urgent, time.getAsLong());
    }
  }

  /** Acknowledges what has arrived since it was last acknowledged, without haste. */
  synchronized void acknowledge() {
    for (Entry entry : entries.values()) {
      if (entry.phase == Phase.OPEN && entry.next > entry.reported) {
        report(entry, false);
      }
    }
  }

  /** The dialer will not come back: every stream that has not ended fails. */
  synchronized void lose(WeirError error) {
    lost = true;
    live = false;
    clock.disconnected();
    List<Entry> all = new ArrayList<>(entries.values());
    entries.clear();
    for (Entry entry : all) {
      InboundStream stream = entry.stream;
      if (entry.phase == Phase.OPEN && stream != null) {
        entry.phase = Phase.ENDED;
        stream.end(new InboundStream.Failed(error));
      }
    }
  }

  /** Nanoseconds since the dialer was last heard of. */
  synchronized long silence(long now) {
    return now - heard;
  }

  /** Says something if nothing was said for {@code quiet} nanoseconds. */
  synchronized void beat(long quiet, long now) {
    if (live && now - clock.lastWrite() >= quiet) {
      say(new Frame.Ping(), true);
    }
  }

  /** Writes what is due, at most one packet; false if nothing was. */
  synchronized boolean write(long number, ByteWriter out, long now) {
    if (!isCurrent(number) || !clock.isDue(now)) {
      return false;
    }
    int end = out.size() + maxPacket;
    boolean all = Packets.write(control, out, end) && writeReports(out, end);
    clock.written(now);
    if (!all) {
      clock.request(true, now);
    }
    return true;
  }

  private boolean writeReports(ByteWriter out, int end) {
    for (Entry entry = reports.peek(); entry != null; entry = reports.peek()) {
      if (out.size() + FrameCodec.MAX_HEADER > end) {
        return false;
      }
      reports.remove();
      entry.due = false;
      if (entry.phase == Phase.OPEN || entry.phase == Phase.ENDED) {
        FrameCodec.write(creditOf(entry), out);
      }
    }
    return true;
  }
}
