package dev.weir.bench.upstream;

import dev.weir.bench.loop.Loop;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One connection of the mock: requests are read as far as is needed to know where they end. */
final class MockConnection implements Loop.Peer {

  private static final int BATCH = 64 * 1024;

  /** Small, so that what it holds does not hide what a reader that stands still lets be written. */
  private static final int SEND_BUFFER = 64 * 1024;

  private static final byte[] LENGTH = {'l', 'e', 'n', 'g', 't', 'h', ':'};

  private final Mock mock;
  private final SocketChannel channel;
  private @Nullable SelectionKey key;

  /** How far the blank line after the head has matched; the value of content-length so far. */
  private int blank;

  private int lengthMatched;
  private boolean inLength;
  private long length;
  private long bodyLeft = -1;

  private Pace pace = Pace.of(0, 0, 0);
  private long begin;
  private int written;
  private int answer;
  private boolean answering;
  private ByteBuffer out = ByteBuffer.allocate(0);

  MockConnection(Mock mock, SocketChannel channel) {
    this.mock = mock;
    this.channel = channel;
  }

  void begin() throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
    key = mock.loop().register(channel, SelectionKey.OP_READ, this);
  }

  @Override
  public void ready(SelectionKey ready) {
    try {
      if (ready.isReadable()) {
        read();
      }
      if (ready.isValid() && ready.isWritable()) {
        write();
      }
    } catch (IOException gone) {
      close();
    }
  }

  private void read() throws IOException {
    ByteBuffer in = mock.loop().readBuffer();
    int count = channel.read(in);
    if (count < 0) {
      close();
      return;
    }
    in.flip();
    while (in.hasRemaining()) {
      if (bodyLeft < 0) {
        head(in.get());
      } else {
        int skipped = (int) Math.min(bodyLeft, in.remaining());
        in.position(in.position() + skipped);
        bodyLeft -= skipped;
      }
      if (bodyLeft == 0) {
        bodyLeft = -1;
        answer();
      }
    }
  }

  private void head(byte b) {
    if (inLength && b >= '0' && b <= '9') {
      length = length * 10 + b - '0';
    } else if (b == '\r') {
      inLength = false;
    }
    int lower = b | 0x20;
    lengthMatched = lower == (LENGTH[lengthMatched] | 0x20) ? lengthMatched + 1 : 0;
    if (lengthMatched == LENGTH.length) {
      lengthMatched = 0;
      inLength = true;
    }
    blank = b == '\n' ? blank + 1 : b == '\r' ? blank : 0;
    if (blank == 2) {
      bodyLeft = length;
      blank = 0;
      length = 0;
    }
  }

  private void answer() throws IOException {
    begin = System.nanoTime();
    pace = mock.pace();
    written = 0;
    answer++;
    answering = true;
    mock.begun.incrementAndGet();
    next();
  }

  /** Writes what is due, or waits for it. */
  private void next() throws IOException {
    if (pace.silentAfter() >= 0 && written >= pace.silentAfter()) {
      return;
    }
    long due = pace.due(begin, written);
    if (due <= System.nanoTime()) {
      write();
      return;
    }
    int expected = answer;
    mock.loop().at(due, () -> elapsed(expected));
  }

  private void elapsed(int expected) {
    if (expected != answer || !channel.isOpen()) {
      return;
    }
    try {
      write();
    } catch (IOException gone) {
      close();
    }
  }

  private void write() throws IOException {
    while (true) {
      if (!out.hasRemaining()) {
        out = due();
      }
      if (!out.hasRemaining()) {
        break;
      }
      mock.bytes.addAndGet(channel.write(out));
      if (out.hasRemaining()) {
        interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
    }
    interest(SelectionKey.OP_READ);
    if (answering) {
      next();
    }
  }

  private void interest(int interest) {
    SelectionKey of = key;
    if (of != null && of.interestOps() != interest) {
      of.interestOps(interest);
    }
  }

  /** The bytes that are due now, as far as one write takes them. */
  private ByteBuffer due() {
    long now = System.nanoTime();
    if (!answering || pace.due(begin, written) > now) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer bytes = ByteBuffer.allocate(BATCH + 1024);
    if (written == 0) {
      bytes.put(Wire.HEAD);
    }
    int until = pace.silentAfter() < 0 ? pace.tokens() : pace.silentAfter();
    while (written < until && bytes.position() < BATCH && pace.due(begin, written) <= now) {
      bytes.put(Wire.TOKEN);
      written++;
    }
    if (written == pace.tokens()) {
      bytes.put(Wire.end(written));
      answering = false;
      mock.answers.incrementAndGet();
    }
    return bytes.flip();
  }

  private void close() {
    if (channel.isOpen()) {
      mock.closedAt.set(System.nanoTime());
      mock.open.decrementAndGet();
      answering = false;
      try {
        channel.close();
      } catch (IOException alreadyGone) {
        // It is closed as far as can be.
      }
    }
  }
}
