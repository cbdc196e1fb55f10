package dev.weir.bench.load;

import dev.weir.bench.loop.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One client connection; asks one question after another and reads their streams. Lives on its
 * loop's thread.
 */
public final class Stream implements Loop.Peer, AnswerReader.Hearer {

  /** Who hears how it goes. Times are {@link System#nanoTime}. */
  public interface Listener {
    default void connected(Stream stream) {}

    default void token(Stream stream, long now) {}

    /** The answer is over; {@code failure} is null when it was whole. */
    void ended(Stream stream, long now, @Nullable String failure);
  }

  private static final int TOO_MANY = 429;

  private final Loop loop;
  private Listener listener;
  private final SocketChannel channel;
  private final AnswerReader reader = new AnswerReader(this);
  private final SelectionKey key;
  private @Nullable Question question;
  private Figures figures = new Figures();
  private long begin;
  private long last;
  private long now;
  private int tokens;
  private boolean whole;
  private boolean paused;
  private int status;

  private Stream(Loop loop, SocketChannel channel, int interest, Listener listener)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.listener = listener;
    key = loop.register(channel, interest, this);
  }

  /** Connects; the listener is told. Called on the loop's thread. */
  public static Stream connect(Loop loop, InetSocketAddress address, Listener listener) {
    return connect(loop, address, 0, listener);
  }

  /** With a receive buffer of {@code receiveBuffer} bytes; 0 for the system's. */
  public static Stream connect(
      Loop loop, InetSocketAddress address, int receiveBuffer, Listener listener) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (receiveBuffer > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
      }
      boolean done = channel.connect(address);
      Stream stream = new Stream(loop, channel, SelectionKey.OP_CONNECT, listener);
      if (done) {
        stream.connected();
      }
      return stream;
    } catch (IOException failed) {
      throw new IllegalStateException("no connection to " + address, failed);
    }
  }

  /** From now on {@code next} hears. */
  void hear(Listener next) {
    listener = next;
  }

  /** Asks; times count from {@code since}, which is now or the moment it should have been. */
  public void ask(Question next, Figures into, long since) {
    question = next;
    figures = into;
    begin = since;
    tokens = 0;
    whole = false;
    status = 0;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(next.bytes());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException gone) {
      fail("write: " + gone.getMessage());
    }
  }

  /** Whether the last answer was that there are too many questions. */
  boolean isRefused() {
    return status == TOO_MANY;
  }

  /** Reads no more. */
  public void pause() {
    paused = true;
    key.interestOps(0);
  }

  public boolean paused() {
    return paused;
  }

  /** Tokens of the answer so far. */
  public int tokens() {
    return tokens;
  }

  public void close() {
    question = null;
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      // It is closed as far as can be.
    }
  }

  @Override
  public void ready(SelectionKey ready) {
    try {
      if (ready.isConnectable()) {
        channel.finishConnect();
        connected();
      } else if (ready.isReadable()) {
        read();
      }
    } catch (IOException gone) {
      fail("connection: " + gone.getMessage());
    }
  }

  private void connected() {
    key.interestOps(SelectionKey.OP_READ);
    listener.connected(this);
  }

  private void read() throws IOException {
    ByteBuffer in = loop.readBuffer();
    int count = channel.read(in);
    now = System.nanoTime();
    if (count < 0) {
      fail("closed");
      return;
    }
    reader.feed(in.flip());
  }

  private void fail(String what) {
    boolean waiting = question != null;
    close();
    if (waiting) {
      figures.failure(what);
      listener.ended(this, System.nanoTime(), what);
    }
  }

  @Override
  public void status(int code) {
    status = code;
  }

  @Override
  public void line(byte[] line, int length) {
    Question of = question;
    if (of == null || length < 6 || line[0] != 'd') {
      return;
    }
    if (of.protocol().isToken(line, length)) {
      token();
    } else if (of.protocol().isEnd(line, length)) {
      whole = true;
    }
  }

  private void token() {
    if (tokens++ == 0) {
      figures.firstToken(now - begin);
    } else {
      figures.gap(now - last);
    }
    last = now;
    listener.token(this, now);
  }

  @Override
  public void end() {
    Question of = question;
    if (of == null) {
      return;
    }
    question = null;
    @Nullable String failure = failure(of);
    if (failure == null) {
      figures.whole(now - begin);
    } else {
      figures.failure(failure);
      if (isRefused()) {
        figures.refused(now - begin);
      }
    }
    listener.ended(this, now, failure);
  }

  private @Nullable String failure(Question of) {
    if (status != 200) {
      return "status " + status;
    }
    if (!whole) {
      return "no good end";
    }
    return of.tokens() > 0 && tokens != of.tokens() ? "tokens " + tokens : null;
  }
}
