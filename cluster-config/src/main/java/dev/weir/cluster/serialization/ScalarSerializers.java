package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** Byte strings, actor references and enums; enums by name, so constants may be reordered. */
final class ScalarSerializers {

  private ScalarSerializers() {}

  static final class OfByteString extends ImmutableSerializer<ByteString> {

    @Override
    public void write(Kryo kryo, Output output, ByteString value) {
      output.writeVarInt(value.size(), true);
      output.writeBytes(value.toArrayUnsafe());
    }

    @Override
    public ByteString read(Kryo kryo, Input input, Class<? extends ByteString> type) {
      return ByteString.fromArrayUnsafe(input.readBytes(CollectionSerializers.readSize(input)));
    }
  }

  static final class OfActorRef extends ImmutableSerializer<ActorRef<?>> {

    private final References references;

    OfActorRef(References references) {
      this.references = references;
    }

    @Override
    public void write(Kryo kryo, Output output, ActorRef<?> value) {
      output.writeString(references.write(value));
    }

    @Override
    public ActorRef<?> read(Kryo kryo, Input input, Class<? extends ActorRef<?>> type) {
      return references.read(input.readString());
    }
  }

  static final class OfEnum extends ImmutableSerializer<Enum<?>> {

    private final Class<?> type;

    OfEnum(Class<?> type) {
      this.type = type;
    }

    @Override
    public void write(Kryo kryo, Output output, Enum<?> value) {
      output.writeString(value.name());
    }

    @Override
    public Enum<?> read(Kryo kryo, Input input, Class<? extends Enum<?>> ignored) {
      String name = input.readString();
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(name)) {
          return (Enum<?>) constant;
        }
      }
      throw new WireException(type.getName() + " has no " + name + ": the sender is newer.");
    }
  }
}
