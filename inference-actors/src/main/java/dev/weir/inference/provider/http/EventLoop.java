package dev.weir.inference.provider.http;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that waits for sockets and runs, one after the other, what others hand to it. */
final class EventLoop implements Executor, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final long TICK_NANOS = 100_000_000;

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final LongUnaryOperator tick;
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean ended;

  /** Deals with a socket that is ready, and with the end of the loop. */
  interface Handler {
    void ready();

    void close();
  }

  /**
   * @param tick called with the time in nanoseconds now and then; returns the milliseconds after
   *     which it must be called again
   */
  EventLoop(String name, LongUnaryOperator tick) throws IOException {
    this.selector = Selector.open();
    this.tick = tick;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Runs {@code task} on the loop, soon; after the loop has ended, on the caller's thread. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (ended) {
      runTasks();
    } else if (woken.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  boolean closed() {
    return closed;
  }

  SelectionKey register(SocketChannel channel, int interest, Handler handler) throws IOException {
    return channel.register(selector, interest, handler);
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }

  private void run() {
    long wait = 5000;
    long ticked = System.nanoTime();
    while (!closed) {
      try {
        selector.select(EventLoop::ready, wait);
      } catch (IOException e) {
        LOG.error("The selector failed", e);
        break;
      }
      runTasks();
      long now = System.nanoTime();
      if (now - ticked > TICK_NANOS) {
        ticked = now;
        wait = tick.applyAsLong(now);
      } else {
        wait = Math.min(wait, TICK_NANOS / 1_000_000);
      }
    }
    end();
  }

  private void runTasks() {
    woken.set(false);
    for (@Nullable Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      try {
        task.run();
      } catch (RuntimeException defect) {
        LOG.error("A task of the loop failed", defect);
      }
    }
  }

  private static void ready(SelectionKey key) {
    Handler handler = (Handler) key.attachment();
    try {
      handler.ready();
    } catch (RuntimeException defect) {
      LOG.error("A connection failed", defect);
      handler.close();
    }
  }

  private void end() {
    closed = true;
    ended = true;
    runTasks();
    List.copyOf(selector.keys()).forEach(key -> ((Handler) key.attachment()).close());
    try {
      selector.close();
    } catch (IOException e) {
      LOG.warn("The selector did not close", e);
    }
  }
}
