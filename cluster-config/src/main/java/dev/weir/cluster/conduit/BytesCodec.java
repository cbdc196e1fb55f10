package dev.weir.cluster.conduit;

import org.apache.pekko.util.ByteString;

/** Bytes as they are. */
final class BytesCodec implements Codec<ByteString> {

  @Override
  public void encode(ByteString value, ByteWriter out) {
    out.write(value.toArrayUnsafe());
  }

  @Override
  public ByteString decode(ByteReader in) {
    return ByteString.fromArrayUnsafe(in.read(in.remaining()));
  }

  @Override
  public int size(ByteString value) {
    return value.size();
  }
}
