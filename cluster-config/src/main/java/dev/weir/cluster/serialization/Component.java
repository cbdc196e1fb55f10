package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One component of a record: behind its length, without a class number where its declared type is
 * itself registered, else (sealed interfaces, {@code Object}) with one.
 *
 * <p>As little thread safe as the Kryo it belongs to.
 */
final class Component {

  private static final Map<Class<?>, Object> ABSENT =
      Map.of(
          Optional.class, Optional.empty(),
          OptionalInt.class, OptionalInt.empty(),
          OptionalLong.class, OptionalLong.empty(),
          List.class, List.of(),
          Set.class, Set.of(),
          Map.class, Map.of());

  private final String name;
  private final Class<?> type;
  private final MethodHandle accessor;
  private final @Nullable Object zero;
  private @Nullable Registration registration;
  private boolean resolved;

  Component(RecordComponent component) {
    this.name = component.getDeclaringRecord().getName() + "." + component.getName();
    this.type = component.getType();
    this.accessor = accessor(component);
    this.zero = type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
  }

  private static MethodHandle accessor(RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return MethodHandles.lookup()
          .unreflect(component.getAccessor())
          .asType(MethodType.methodType(Object.class, Record.class));
    } catch (IllegalAccessException e) {
      throw new WireException(component + " cannot be read.", e);
    }
  }

  /** The value where the sender's record ends before this component. */
  @Nullable Object absent() {
    return zero != null ? zero : ABSENT.get(type);
  }

  void write(Kryo kryo, Output output, Record record) {
    Object value = valueIn(record);
    int start = output.position();
    output.writeByte(0);
    if (value == null || value.equals(zero)) {
      return;
    }
    Serializer<?> direct = direct(kryo);
    if (direct == null) {
      kryo.writeClassAndObject(output, value);
    } else {
      kryo.writeObject(output, value, direct);
    }
    writeLength(output, start);
  }

  /** Puts the length of what was written since into the byte left free at {@code start}. */
  private static void writeLength(Output output, int start) {
    int length = output.position() - start - 1;
    int more = Output.varIntLength(length, true) - 1;
    if (more > 0) {
      for (int i = 0; i < more; i++) {
        output.writeByte(0);
      }
      byte[] buffer = output.getBuffer();
      System.arraycopy(buffer, start + 1, buffer, start + 1 + more, length);
    }
    int end = output.position();
    output.setPosition(start);
    output.writeVarInt(length, true);
    output.setPosition(end);
  }

  @Nullable Object read(Kryo kryo, Input input) {
    int length = CollectionSerializers.readSize(input);
    if (length == 0) {
      return zero;
    }
    int limit = input.limit();
    int end = input.position() + length;
    input.setLimit(end);
    Object value = readWithin(kryo, input);
    if (input.position() != end) {
      throw new WireException(name + " was sent as another type than " + type.getName() + ".");
    }
    input.setLimit(limit);
    return value;
  }

  private Object readWithin(Kryo kryo, Input input) {
    Serializer<?> direct = direct(kryo);
    try {
      return direct == null ? kryo.readClassAndObject(input) : kryo.readObject(input, type, direct);
    } catch (KryoException | IndexOutOfBoundsException e) {
      throw new WireException(name + " cannot be read: " + e.getMessage(), e);
    }
  }

  private @Nullable Object valueIn(Record record) {
    try {
      return (Object) accessor.invokeExact(record);
    } catch (Throwable e) {
      throw new WireException(name + " cannot be read: " + e, e);
    }
  }

  /** Looked up at first use, since records may hold each other. */
  private @Nullable Serializer<?> direct(Kryo kryo) {
    if (!resolved) {
      registration = kryo.getClassResolver().getRegistration(type);
      resolved = true;
    }
    return registration == null ? null : registration.getSerializer();
  }
}
