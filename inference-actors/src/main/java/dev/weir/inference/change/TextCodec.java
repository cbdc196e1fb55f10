package dev.weir.inference.change;

import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import java.nio.charset.StandardCharsets;

/** Carries a text as its UTF-8 bytes. */
enum TextCodec implements Codec<String> {
  UTF_8;

  @Override
  public void encode(String value, ByteWriter out) {
    out.write(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String decode(ByteReader in) {
    return new String(in.read(in.remaining()), StandardCharsets.UTF_8);
  }

  @Override
  public int size(String value) {
    return value.length();
  }
}
