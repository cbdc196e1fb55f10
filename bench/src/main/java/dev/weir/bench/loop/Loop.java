package dev.weir.bench.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A selector thread with timers. What is measured by it waits at most a millisecond for a timer and
 * not at all for a socket.
 */
public final class Loop implements AutoCloseable {

  /** Who is called when its socket is ready; on the loop's thread. */
  @FunctionalInterface
  public interface Peer {
    void ready(SelectionKey key);
  }

  private record Timer(long due, long order, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      long difference = due == other.due ? order - other.order : due - other.due;
      return Long.signum(difference);
    }
  }

  private static final int READ = 256 * 1024;

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ);
  private long order;
  private volatile boolean closed;

  private Loop(String name) {
    try {
      selector = Selector.open();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  public static Loop start(String name) {
    Loop loop = new Loop(name);
    loop.thread.start();
    return loop;
  }

  /** Runs {@code task} on the loop's thread, soon. */
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs {@code task} at {@link System#nanoTime} {@code due}; called on the loop's thread. */
  public void at(long due, Runnable task) {
    timers.add(new Timer(due, order++, task));
  }

  /** Called on the loop's thread. */
  public SelectionKey register(SelectableChannel channel, int interest, Peer peer)
      throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, interest, peer);
  }

  /** One buffer for all reads of this loop, empty. */
  public ByteBuffer readBuffer() {
    return readBuffer.clear();
  }

  /** CPU time this thread has used. */
  public long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(5000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::ready, patience());
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        elapse();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void ready(SelectionKey key) {
    if (key.isValid()) {
      ((Peer) key.attachment()).ready(key);
    }
  }

  /** Milliseconds until the next timer, rounded up; 0 waits for ever. */
  private long patience() {
    @Nullable Timer next = timers.peek();
    return next == null ? 0 : Math.max(1, (next.due - System.nanoTime() + 999_999) / 1_000_000);
  }

  private void elapse() {
    long now = System.nanoTime();
    for (Timer next = timers.peek(); next != null && next.due <= now; next = timers.peek()) {
      timers.remove();
      next.task.run();
    }
  }
}
