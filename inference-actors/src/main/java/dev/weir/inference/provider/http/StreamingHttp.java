package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.apache.pekko.Done;
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

  private final EventLoop loop;
  private final SSLContext tls;
  private final LongSupplier clock;
  private final Pool pool;
  private final Set<Connection> connecting = new LinkedHashSet<>();
  private final AtomicInteger open = new AtomicInteger();

  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(Connection.READ);

  private StreamingHttp(SSLContext tls, LongSupplier clock, RandomGenerator random) {
    this.tls = tls;
    this.clock = clock;
    this.pool = new Pool(random, (origin, timeout) -> open(new Connection(this, origin, timeout)));
    try {
      loop = new EventLoop("weir-upstream", this::tick);
    } catch (IOException noSelector) {
      throw new UncheckedIOException(noSelector);
    }
  }

  /** Starts a client; {@code tls} decides which upstreams are trusted. */
  public static StreamingHttp start(SSLContext tls) {
    return start(tls, new Random());
  }

  /**
   * The same.
   *
   * @param random spreads in time what is opened again
   */
  public static StreamingHttp start(SSLContext tls, RandomGenerator random) {
    return start(tls, System::nanoTime, random);
  }

  /**
   * @param clock nanoseconds, by which a connection is told stale
   */
  static StreamingHttp start(SSLContext tls, LongSupplier clock, RandomGenerator random) {
    StreamingHttp http = new StreamingHttp(tls, clock, random);
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

  /**
   * Keeps so many connections to {@code origin} open beside those that are in use, from now on: one
   * that is taken is replaced, and one that the upstream closes, with pauses where that goes on.
   * None lets them go. Done when they are open for the first time, TLS included; fails as a call
   * would when one cannot be opened, and goes on all the same.
   */
  public CompletionStage<Done> keep(Origin origin, int connections, Duration connectTimeout) {
    CompletableFuture<Done> there = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (loop.closed()) {
            there.completeExceptionally(UpstreamError.unreachable().asException());
          } else {
            pool.keep(origin, connections, connectTimeout, there);
          }
        });
    return there;
  }

  /** Connections to {@code origin} that are open and not in use. */
  public int idle(Origin origin) {
    return pool.idle(origin);
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
    @Nullable Connection connection = pool.take(exchange.call().origin());
    if (connection != null) {
      connection.serve(exchange);
    } else {
      beginAnew(exchange);
    }
  }

  /** Serves an exchange by a connection nobody has used. */
  void beginAnew(Exchange exchange) {
    open(new Connection(this, exchange));
  }

  private void open(Connection connection) {
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

  /**
   * @param opened whether it is a spare one, open just now
   */
  void free(Connection connection, boolean opened) {
    if (opened) {
      pool.opened(connection);
    } else {
      pool.put(connection);
    }
  }

  void noSpare(Origin origin, WeirError error) {
    pool.failed(origin, error);
  }

  void closed(Connection connection) {
    open.decrementAndGet();
    connecting.remove(connection);
    if (!loop.closed()) {
      pool.closed(connection);
    }
  }

  /** Ends what is late and returns the milliseconds until it wants to look again. */
  private long tick(long now) {
    for (Connection connection : List.copyOf(connecting)) {
      connection.closeIfLate(now);
    }
    long wait = pool.tick(now);
    return connecting.isEmpty() ? wait : Math.min(wait, 100);
  }
}
