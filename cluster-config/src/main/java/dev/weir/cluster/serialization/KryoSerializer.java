package dev.weir.cluster.serialization;

import java.nio.ByteBuffer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Carries every {@link WireMessage} between nodes, up to 128 KiB each; what is larger travels by
 * the Conduit. Kryo writes the class's number itself, so the manifest is empty.
 */
public final class KryoSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {

  static final int MAX_BYTES = 128 * 1024;

  private final KryoCodec codec;

  public KryoSerializer(ExtendedActorSystem system) {
    codec = new KryoCodec(WireRegistry.load(), References.of(Adapter.toTyped(system)), MAX_BYTES);
  }

  @Override
  public int identifier() {
    return 7301;
  }

  @Override
  public String manifest(Object value) {
    return "";
  }

  @Override
  public byte[] toBinary(Object value) {
    return codec.toBytes(value);
  }

  @Override
  public void toBinary(Object value, ByteBuffer target) {
    codec.toBuffer(value, target);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    return codec.fromBytes(bytes);
  }

  @Override
  public Object fromBinary(ByteBuffer source, String manifest) {
    return codec.fromBuffer(source);
  }
}
