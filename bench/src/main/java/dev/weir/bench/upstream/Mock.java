package dev.weir.bench.upstream;

import dev.weir.bench.loop.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An OpenAI-compatible upstream that streams chat completions. Every POST is answered at the same
 * pace, whatever it asks for. One thread; its counters may be read from any.
 */
public final class Mock implements AutoCloseable {

  private static final int BACKLOG = 4096;

  private final Loop loop = Loop.start("mock");
  private final ServerSocketChannel server;
  private volatile Pace pace;
  final AtomicInteger open = new AtomicInteger();
  final AtomicLong answers = new AtomicLong();
  final AtomicLong begun = new AtomicLong();
  final AtomicLong bytes = new AtomicLong();

  /** When a socket was closed last, by {@link System#nanoTime}. */
  final AtomicLong closedAt = new AtomicLong();

  private Mock(ServerSocketChannel server, Pace pace) {
    this.server = server;
    this.pace = pace;
  }

  /** Listens on a free port of the loopback address. */
  public static Mock start(Pace pace) {
    return start(0, pace);
  }

  public static Mock start(int port, Pace pace) {
    try {
      ServerSocketChannel server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      Mock mock = new Mock(server, pace);
      mock.loop.execute(mock::listen);
      return mock;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** How requests are answered that come from now on. */
  public void pace(Pace next) {
    pace = next;
  }

  Pace pace() {
    return pace;
  }

  Loop loop() {
    return loop;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.socket().getLocalPort());
  }

  /** Sockets that are open now. */
  public int open() {
    return open.get();
  }

  /** Requests that have been read. */
  public long begun() {
    return begun.get();
  }

  /** Answers that were written to their end. */
  public long answers() {
    return answers.get();
  }

  /** Bytes the sockets have taken. */
  public long bytes() {
    return bytes.get();
  }

  /** When a client's close was seen last. */
  public long closedAt() {
    return closedAt.get();
  }

  public long cpuNanos() {
    return loop.cpuNanos();
  }

  @Override
  public void close() {
    loop.close();
  }

  private void listen() {
    try {
      loop.register(server, SelectionKey.OP_ACCEPT, key -> accept());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void accept() {
    try {
      for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
        open.incrementAndGet();
        new MockConnection(this, channel).begin();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
