package dev.weir.inference.provider.http;

import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client for streamed answers. Thread safe.
 *
 * <p>Each materialization of {@link #exchange} is one exchange. Without demand at most {@value
 * Exchange#WINDOW} bytes and one read of {@value Connection#READ} lie in this process, and a socket
 * receive buffer of {@value Connection#RECEIVE_BUFFER} in the kernel (which Linux doubles): below
 * 256 KiB together. Cancellation closes the socket at once, whether the upstream has answered or
 * not. Connections are used again after a complete answer, for one exchange at a time.
 *
 * <p>One thread waits for all sockets. Pekko's own client was not taken because a request that
 * waits for its answer cannot be cancelled in its pool, and because a read through Pekko's TCP
 * costs three times the CPU.
 */
public final class StreamingHttp implements AutoCloseable {

  private static final long IDLE_NANOS = 30_000_000_000L;

  private final EventLoop loop;
  private final SSLContext tls;
  private final LongSupplier clock;
  private final Map<Origin, Deque<Connection>> idle = new HashMap<>();
  private final Set<Connection> connecting = new LinkedHashSet<>();
  private final AtomicInteger open = new AtomicInteger();

  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(Connection.READ);

  private StreamingHttp(SSLContext tls, LongSupplier clock) {
    this.tls = tls;
    this.clock = clock;
    try {
      loop = new EventLoop("weir-upstream", this::tick);
    } catch (IOException noSelector) {
      throw new UncheckedIOException(noSelector);
    }
  }

  /** Starts a client; {@code tls} decides which upstreams are trusted. */
  public static StreamingHttp start(SSLContext tls) {
    return start(tls, System::nanoTime);
  }

  /**
   * @param clock nanoseconds, by which a connection is told stale
   */
  static StreamingHttp start(SSLContext tls, LongSupplier clock) {
    StreamingHttp http = new StreamingHttp(tls, clock);
    http.loop.start();
    return http;
  }

  /**
   * The answer's body, for a status of 2xx; everything else fails the stream with a {@link
   * dev.weir.cluster.error.WeirException}.
   */
  public Source<ByteString, NotUsed> exchange(HttpCall call) {
    return Source.fromGraph(new ExchangeStage(this, call));
  }

  /** Connections that are open now, the idle ones included. */
  public int connections() {
    return open.get();
  }

  /** Closes every connection; exchanges that run fail. */
  @Override
  public void close() {
    loop.close();
  }

  EventLoop loop() {
    return loop;
  }

  long now() {
    return clock.getAsLong();
  }

  SSLContext tls() {
    return tls;
  }

  // What follows runs on the loop.

  void begin(Exchange exchange) {
    if (loop.closed()) {
      exchange.fail(UpstreamError.unreachable());
    }
    if (exchange.over()) {
      return;
    }
    @Nullable Deque<Connection> free = idle.get(exchange.call().origin());
    @Nullable Connection connection = free == null ? null : free.pollLast();
    if (connection != null) {
      connection.serve(exchange);
    } else {
      beginAnew(exchange);
    }
  }

  /** Serves an exchange by a connection nobody has used. */
  void beginAnew(Exchange exchange) {
    Connection connection = new Connection(this, exchange);
    connecting.add(connection);
    open.incrementAndGet();
    connection.open();
  }

  /** One buffer for all reads; whoever takes it is done with it before the next does. */
  ByteBuffer readBuffer() {
    return readBuffer;
  }

  void connected(Connection connection) {
    connecting.remove(connection);
  }

  void free(Connection connection) {
    idle.computeIfAbsent(connection.origin(), origin -> new ArrayDeque<>()).addLast(connection);
  }

  void closed(Connection connection) {
    open.decrementAndGet();
    connecting.remove(connection);
    @Nullable Deque<Connection> free = idle.get(connection.origin());
    if (free != null && free.remove(connection) && free.isEmpty()) {
      idle.remove(connection.origin());
    }
  }

  /** Ends what is late and returns the milliseconds until it wants to look again. */
  private long tick(long now) {
    for (Connection connection : List.copyOf(connecting)) {
      connection.closeIfLate(now);
    }
    List<Connection> old = new ArrayList<>();
    for (Deque<Connection> free : idle.values()) {
      free.stream().filter(c -> now - c.idleSince() > IDLE_NANOS).forEach(old::add);
    }
    old.forEach(Connection::close);
    return connecting.isEmpty() ? 5000 : 100;
  }
}
