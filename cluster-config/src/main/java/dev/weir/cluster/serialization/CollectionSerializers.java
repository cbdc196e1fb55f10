package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists, sets and maps of any implementation, by their content. What is read is unmodifiable, in
 * the order of writing, and holds null where null was written.
 */
final class CollectionSerializers {

  private CollectionSerializers() {}

  /** Reads a count of things that take a byte or more each, so a damaged one claims no memory. */
  static int readSize(Input input) {
    int size = input.readVarInt(true);
    if (size < 0 || size > input.limit() - input.position()) {
      throw new WireException("A size of " + size + " exceeds the message: its bytes are damaged.");
    }
    return size;
  }

  static final class OfList extends Serializer<List<?>> {

    @Override
    public void write(Kryo kryo, Output output, List<?> list) {
      output.writeVarInt(list.size(), true);
      for (Object element : list) {
        kryo.writeClassAndObject(output, element);
      }
    }

    @Override
    public List<?> read(Kryo kryo, Input input, Class<? extends List<?>> type) {
      Object[] elements = new Object[readSize(input)];
      boolean holdsNull = false;
      for (int i = 0; i < elements.length; i++) {
        elements[i] = kryo.readClassAndObject(input);
        holdsNull |= elements[i] == null;
      }
      return holdsNull ? Collections.unmodifiableList(Arrays.asList(elements)) : List.of(elements);
    }
  }

  static final class OfSet extends Serializer<Set<?>> {

    @Override
    public void write(Kryo kryo, Output output, Set<?> set) {
      output.writeVarInt(set.size(), true);
      for (Object element : set) {
        kryo.writeClassAndObject(output, element);
      }
    }

    @Override
    public Set<?> read(Kryo kryo, Input input, Class<? extends Set<?>> type) {
      int size = readSize(input);
      Set<Object> elements = LinkedHashSet.newLinkedHashSet(size);
      for (int i = 0; i < size; i++) {
        elements.add(kryo.readClassAndObject(input));
      }
      return Collections.unmodifiableSet(elements);
    }
  }

  static final class OfMap extends Serializer<Map<?, ?>> {

    @Override
    public void write(Kryo kryo, Output output, Map<?, ?> map) {
      output.writeVarInt(map.size(), true);
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        kryo.writeClassAndObject(output, entry.getKey());
        kryo.writeClassAndObject(output, entry.getValue());
      }
    }

    @Override
    public Map<?, ?> read(Kryo kryo, Input input, Class<? extends Map<?, ?>> type) {
      int size = readSize(input);
      Map<Object, Object> entries = LinkedHashMap.newLinkedHashMap(size);
      for (int i = 0; i < size; i++) {
        entries.put(kryo.readClassAndObject(input), kryo.readClassAndObject(input));
      }
      return Collections.unmodifiableMap(entries);
    }
  }
}
