package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One exchange between a stage, which consumes, and the loop, which reads. The loop stops reading
 * while {@link #WINDOW} bytes or more are not consumed.
 */
final class Exchange {

  /** Bytes handed over and not consumed, after which reading stops. */
  static final int WINDOW = 32 * 1024;

  private final HttpCall call;
  private final EventLoop loop;
  private final Consumer<Signal> reader;
  private final AtomicInteger unread = new AtomicInteger();
  private volatile boolean paused;

  // Only the loop touches these.
  private @Nullable Connection connection;
  private boolean over;

  /** What the loop tells the stage. */
  sealed interface Signal {}

  record Bytes(ByteString bytes) implements Signal {}

  record End() implements Signal {}

  record Failure(WeirError error) implements Signal {}

  Exchange(HttpCall call, EventLoop loop, Consumer<Signal> reader) {
    this.call = call;
    this.loop = loop;
    this.reader = reader;
  }

  HttpCall call() {
    return call;
  }

  // The stage calls these two.

  void consumed(int bytes) {
    int left = unread.addAndGet(-bytes);
    if (paused && left < WINDOW / 2) {
      loop.execute(this::resume);
    }
  }

  void cancel() {
    loop.execute(this::abort);
  }

  // What follows runs on the loop.

  boolean over() {
    return over;
  }

  void servedBy(Connection by) {
    connection = by;
  }

  /** Hands bytes over; false when reading must stop. */
  boolean hand(ByteString bytes) {
    int waiting = unread.addAndGet(bytes.size());
    reader.accept(new Bytes(bytes));
    if (waiting < WINDOW) {
      return true;
    }
    paused = true;
    paused = unread.get() >= WINDOW / 2;
    return !paused;
  }

  void end() {
    if (!over) {
      over = true;
      connection = null;
      reader.accept(new End());
    }
  }

  void fail(WeirError error) {
    if (!over) {
      over = true;
      connection = null;
      reader.accept(new Failure(error));
    }
  }

  private void abort() {
    if (!over) {
      over = true;
      if (connection != null) {
        connection.close();
        connection = null;
      }
    }
  }

  private void resume() {
    if (!over && paused && connection != null) {
      paused = false;
      connection.resume();
    }
  }
}
