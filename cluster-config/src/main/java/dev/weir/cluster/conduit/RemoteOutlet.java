package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import org.apache.pekko.util.ByteString;

/** Feeds a stream whose consumer is on another node. Used by one stage. */
final class RemoteOutlet<T> implements Outlet<T> {

  private final Wiring wiring;
  private final Sender sender;
  private final OutboundStream stream;
  private final Codec<T> codec;
  private final ByteWriter buffer = new ByteWriter(64);

  RemoteOutlet(Wiring wiring, Sender sender, OutboundStream stream, Codec<T> codec) {
    this.wiring = wiring;
    this.sender = sender;
    this.stream = stream;
    this.codec = codec;
  }

  @Override
  public boolean offer(T element) {
    return sender.offer(stream, encode(element), wiring.now());
  }

  private ByteString encode(T element) {
    if (element instanceof ByteString bytes && codec == Codec.BYTES) {
      return bytes;
    }
    buffer.clear();
    codec.encode(element, buffer);
    return ByteString.fromArrayUnsafe(buffer.toByteArray());
  }

  @Override
  public void complete() {
    sender.complete(stream, wiring.now());
  }

  @Override
  public void fail(WeirError error) {
    sender.fail(stream, error, wiring.now());
  }
}
