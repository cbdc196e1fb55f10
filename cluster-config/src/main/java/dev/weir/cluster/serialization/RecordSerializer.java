package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;

/**
 * Writes a record so that it may grow at its end: the count of components, then each component
 * behind its length, where length 0 is null, zero or false.
 *
 * <p>A reader with fewer components skips the rest. A reader with more gives those the sender does
 * not know as null, zero, false, or an empty {@code Optional}, {@code List}, {@code Set} or {@code
 * Map}; the record's constructor may make more of it.
 */
final class RecordSerializer extends Serializer<Record> {

  private final Class<?> type;
  private final Component[] components;
  private final MethodHandle constructor;

  RecordSerializer(Class<?> type) {
    super(false, true);
    this.type = type;
    RecordComponent[] declared = type.getRecordComponents();
    components = new Component[declared.length];
    for (int i = 0; i < declared.length; i++) {
      components[i] = new Component(declared[i]);
    }
    constructor = constructor(type, declared);
  }

  private static MethodHandle constructor(Class<?> type, RecordComponent[] declared) {
    Class<?>[] parameters = new Class<?>[declared.length];
    for (int i = 0; i < declared.length; i++) {
      parameters[i] = declared[i].getType();
    }
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(parameters);
      canonical.setAccessible(true);
      return MethodHandles.lookup()
          .unreflectConstructor(canonical)
          .asSpreader(Object[].class, parameters.length)
          .asType(MethodType.methodType(Record.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new WireException(type.getName() + " hides its constructor.", e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, Record record) {
    output.writeVarInt(components.length, true);
    for (Component component : components) {
      component.write(kryo, output, record);
    }
  }

  @Override
  public Record read(Kryo kryo, Input input, Class<? extends Record> ignored) {
    int sent = CollectionSerializers.readSize(input);
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = i < sent ? components[i].read(kryo, input) : components[i].absent();
    }
    for (int i = components.length; i < sent; i++) {
      input.skip(CollectionSerializers.readSize(input));
    }
    return construct(values);
  }

  private Record construct(Object[] values) {
    try {
      return (Record) constructor.invokeExact(values);
    } catch (Throwable e) {
      throw new WireException(type.getName() + " refuses what was sent: " + e, e);
    }
  }
}
