package dev.weir.inference.provider.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** TCP as it is. */
record PlainWire(SocketChannel channel) implements Wire {

  @Override
  public int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    if (source.hasRemaining()) {
      channel.write(source);
    }
  }

  @Override
  public boolean settled() {
    return true;
  }

  @Override
  public boolean more() {
    return false;
  }

  @Override
  public boolean wantsToWrite() {
    return false;
  }
}
