package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection: connecting → serving an exchange ⇄ idle → closed. A spare one is idle first.
 * Everything but the look-up of names runs on the loop.
 */
final class Connection implements EventLoop.Handler {

  /** The most one read takes. */
  static final int READ = 32 * 1024;

  /** The socket's receive buffer as asked for. */
  static final int RECEIVE_BUFFER = 64 * 1024;

  /** Within this time of its assignment a loss means that the connection was closed before. */
  private static final long STALE_NANOS = 1_000_000_000L;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final StreamingHttp http;
  private final Origin origin;
  private final Duration connectTimeout;
  private final boolean spare;
  private final long connectDeadline;
  private final Queue<InetAddress> addresses = new ArrayDeque<>();
  private @Nullable Exchange exchange;
  private @Nullable SelectionKey key;
  private @Nullable Wire wire;
  private ByteBuffer outgoing = NOTHING;
  private Response response;
  private boolean connected;

  /** Whether it was idle before. */
  private boolean used;

  private boolean served;
  private boolean heard;
  private boolean paused;
  private boolean closed;
  private long idleSince;
  private long servingSince;

  /** A spare one. */
  Connection(StreamingHttp http, Origin origin, Duration connectTimeout) {
    this(http, origin, connectTimeout, true);
  }

  Connection(StreamingHttp http, Exchange first) {
    this(http, first.call().origin(), first.call().connectTimeout(), false);
    assign(first);
  }

  private Connection(StreamingHttp http, Origin origin, Duration connectTimeout, boolean spare) {
    this.http = http;
    this.origin = origin;
    this.connectTimeout = connectTimeout;
    this.spare = spare;
    this.connectDeadline = System.nanoTime() + connectTimeout.toNanos();
  }

  Origin origin() {
    return origin;
  }

  long idleSince() {
    return idleSince;
  }

  /** Whether it ever had an exchange. */
  boolean served() {
    return served;
  }

  /** Looks the name up beside the loop, then connects. */
  void open() {
    Thread.ofVirtual()
        .name("weir-resolve")
        .start(
            () -> {
              try {
                List<InetAddress> found = List.of(InetAddress.getAllByName(origin.host()));
                http.loop().execute(() -> resolved(found));
              } catch (UnknownHostException unknown) {
                http.loop().execute(() -> fail(UpstreamError.unreachable()));
              }
            });
  }

  private void resolved(List<InetAddress> found) {
    addresses.addAll(found);
    tryNextAddress();
  }

  private void tryNextAddress() {
    InetAddress address = addresses.poll();
    if (closed || address == null || http.loop().closed()) {
      fail(UpstreamError.unreachable());
      return;
    }
    try {
      SocketChannel channel = SocketChannel.open();
      wire = null;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      key = http.loop().register(channel, SelectionKey.OP_CONNECT, this);
      if (channel.connect(new InetSocketAddress(address, origin.port()))) {
        ready();
      }
    } catch (IOException refused) {
      closeChannel();
      tryNextAddress();
    }
  }

  /** Serves one more exchange. */
  void serve(Exchange next) {
    assign(next);
    proceed(false);
  }

  private void assign(Exchange next) {
    exchange = next;
    served = true;
    servingSince = http.now();
    next.servedBy(this);
    outgoing = next.call().bytes().asByteBuffer();
    response = new Response(next);
    heard = false;
    paused = false;
  }

  /** Reads on. */
  void resume() {
    paused = false;
    proceed(true);
  }

  @Override
  public void ready() {
    proceed(key != null && key.isValid() && key.isReadable());
  }

  private void proceed(boolean readable) {
    if (closed || key == null) {
      return;
    }
    try {
      @Nullable Wire to = wire == null ? connect() : wire;
      if (to != null) {
        to.write(outgoing);
        if (to.settled() && readable) {
          receive(to);
        }
        listen(to);
      }
    } catch (IOException lost) {
      lost();
    } catch (WeirException told) {
      fail(told.error());
    }
  }

  private @Nullable Wire connect() {
    SocketChannel channel = channel();
    try {
      if (!channel.isConnected() && !channel.finishConnect()) {
        return null;
      }
      wire = origin.tls() ? new TlsWire(channel, http.tls(), origin) : new PlainWire(channel);
      return wire;
    } catch (IOException refused) {
      closeChannel();
      tryNextAddress();
      return null;
    }
  }

  private void receive(Wire from) throws IOException {
    do {
      ByteBuffer buffer = http.readBuffer().clear();
      int count = from.read(buffer);
      if (count < 0) {
        ended();
      } else if (count > 0) {
        received(buffer.flip());
      }
    } while (!closed && !paused && from.more());
  }

  private void received(ByteBuffer bytes) {
    if (exchange == null) {
      close();
      return;
    }
    heard = true;
    paused = !response.read(bytes);
    if (response.complete()) {
      finished(bytes.hasRemaining());
    }
  }

  private void finished(boolean surplus) {
    boolean reusable = response.reusable() && !surplus && !outgoing.hasRemaining();
    exchange = null;
    paused = false;
    if (reusable) {
      rest();
    } else {
      close();
    }
    response.end();
  }

  private void rest() {
    boolean opened = spare && !used;
    used = true;
    idleSince = System.nanoTime();
    http.free(this, opened);
  }

  /** The upstream has closed: an end for some answers, a loss for others. */
  private void ended() {
    if (exchange != null && response.endsWithConnection()) {
      Response last = response;
      exchange = null;
      close();
      last.end();
    } else {
      lost();
    }
  }

  /**
   * A connection that was idle may have been closed just then; its exchange gets another one. Not
   * so once the upstream may be working on it: it would do, and charge for, the work twice.
   */
  private void lost() {
    @Nullable Exchange left = exchange;
    boolean unseen = outgoing.hasRemaining() || http.now() - servingSince < STALE_NANOS;
    if (left == null || heard || !used || !unseen) {
      fail(connected ? UpstreamError.closed() : UpstreamError.unreachable());
      return;
    }
    exchange = null;
    close();
    http.beginAnew(left);
  }

  private void fail(WeirError error) {
    if (closed) {
      return;
    }
    closed = true;
    closeChannel();
    http.closed(this);
    @Nullable Exchange left = exchange;
    exchange = null;
    if (left != null) {
      left.fail(error);
    } else if (spare && !used) {
      http.noSpare(origin, error);
    }
  }

  private void listen(Wire to) {
    if (closed || key == null) {
      return;
    }
    if (!connected && to.settled()) {
      connected = true;
      http.connected(this);
      if (spare) {
        rest();
        if (closed) {
          return;
        }
      }
    }
    int interest = paused ? 0 : SelectionKey.OP_READ;
    if (to.wantsToWrite() || (outgoing.hasRemaining() && to.settled())) {
      interest |= SelectionKey.OP_WRITE;
    }
    if (key.interestOps() != interest) {
      key.interestOps(interest);
    }
  }

  void closeIfLate(long now) {
    if (!connected && now - connectDeadline >= 0) {
      fail(UpstreamError.connectTimeout(connectTimeout));
    }
  }

  @Override
  public void close() {
    fail(UpstreamError.closed());
  }

  private SocketChannel channel() {
    if (key == null) {
      throw new IllegalStateException("not registered");
    }
    return (SocketChannel) key.channel();
  }

  private void closeChannel() {
    if (key != null) {
      try {
        key.channel().close();
      } catch (IOException nothingToSave) {
        // The descriptor is gone either way.
      }
      key = null;
    }
  }
}
