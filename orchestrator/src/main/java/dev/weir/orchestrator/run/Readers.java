package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseLog;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Who reads a run's log, and how far each has come. A reader is a cursor: it gets a page, answers
 * when it has taken it, and gets the next.
 *
 * <p>State of one {@link Run}; not thread safe.
 */
final class Readers {

  /** A cursor that skips to the last event. Such a reader is never behind. */
  static final long LAST = Long.MAX_VALUE;

  private static final int PAGE = 16 * 1024;

  /** What goes into a reader's stream. */
  sealed interface Feed {}

  /** The next events. */
  record Page(List<Numbered> events) implements Feed {}

  /** Nothing follows. */
  record Complete() implements Feed {}

  /** Closed by the run. */
  record Close(WeirError error) implements Feed {}

  private static final class Reader {
    private final ActorRef<Feed> feed;
    private long next;
    private long read;
    private boolean ready = true;
    private boolean complete;
    private Instant since;

    Reader(ActorRef<Feed> feed, long next, long read, Instant since) {
      this.feed = feed;
      this.next = next;
      this.read = read;
      this.since = since;
    }
  }

  private final ResponseLog log;
  private final Map<Long, Reader> readers = new HashMap<>();

  /** Where the fastest reader that ever was had come to, in bytes. */
  private long furthest;

  Readers(ResponseLog log) {
    this.log = log;
  }

  /**
   * Adds a reader that wants events from number {@code from} on; {@link #LAST} for the last only.
   */
  void add(long id, ActorRef<Feed> feed, long from, Instant now) {
    long start = from == LAST ? LAST : Math.max(from, log.first());
    readers.put(id, new Reader(feed, start, log.bytes() - log.bytesSince(start), now));
  }

  void remove(long id) {
    readers.remove(id);
  }

  boolean isEmpty() {
    return readers.isEmpty();
  }

  /** A reader has taken its page and can take another. */
  void ready(long id, Instant now) {
    Reader reader = readers.get(id);
    if (reader != null) {
      reader.ready = true;
      reader.since = now;
    }
  }

  /** Gives every reader that waits what there is for it; {@code last} when nothing will follow. */
  void feed(boolean last, Instant now) {
    for (Reader reader : readers.values()) {
      if (reader.next == LAST) {
        reader.read = log.bytes();
        reader.next = last ? log.next() - 1 : LAST;
      }
      if (reader.ready && reader.next < log.next()) {
        turn(reader, now);
      }
      furthest = Math.max(furthest, reader.read);
      if (last && reader.next >= log.next() && !reader.complete) {
        reader.complete = true;
        reader.feed.tell(new Complete());
      }
    }
  }

  private void turn(Reader reader, Instant now) {
    ResponseLog.Page page = log.read(reader.next, PAGE);
    reader.next += page.events().size();
    reader.read += page.bytes();
    reader.ready = false;
    reader.since = now;
    reader.feed.tell(new Page(page.events()));
  }

  /** How many bytes lie between the fastest reader and the end of the log. */
  long lag() {
    return log.bytes() - furthest;
  }

  /** Closes every reader that has taken nothing for {@code stall}. */
  void closeStalled(Instant now, Duration stall) {
    for (Reader reader : readers.values()) {
      if (!reader.ready && reader.since.plus(stall).isBefore(now)) {
        reader.feed.tell(new Close(stalled()));
      }
    }
  }

  /** Closes every reader with {@code error}. */
  void closeAll(WeirError error) {
    readers.values().forEach(reader -> reader.feed.tell(new Close(error)));
    readers.clear();
  }

  private static WeirError stalled() {
    return new WeirError.Unavailable(
        "reader_stalled",
        "This reader took nothing for too long and was closed; resume with starting_after.",
        Duration.ZERO);
  }
}
