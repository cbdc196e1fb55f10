package dev.weir.cluster.conduit;

import dev.weir.cluster.serialization.KryoCodec;
import java.util.function.ToIntFunction;

/** Carries registered values through the Conduit in the form they have in actor messages. */
public final class WireCodec<T> implements Codec<T> {

  /** The largest value a stream may carry: a response of the largest size, with room to spare. */
  public static final int MOST = 1 << 30;

  private final KryoCodec kryo;
  private final Class<T> type;
  private final ToIntFunction<T> size;

  /** Values of {@code type}, priced by {@code size} in bytes where they are not encoded. */
  public WireCodec(KryoCodec kryo, Class<T> type, ToIntFunction<T> size) {
    this.kryo = kryo;
    this.type = type;
    this.size = size;
  }

  @Override
  public void encode(T value, ByteWriter out) {
    out.write(kryo.toBytes(value));
  }

  @Override
  public T decode(ByteReader in) {
    return type.cast(kryo.fromBytes(in.read(in.remaining())));
  }

  @Override
  public int size(T value) {
    return size.applyAsInt(value);
  }
}
