package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.serializers.OptionalSerializers;
import com.esotericsoftware.kryo.serializers.TimeSerializers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The types of the JDK and of Pekko that every module may send: the numbers 10–99, beside Kryo's
 * own 0–9 for strings and primitives.
 */
final class BaseTypes {

  private static final List<Class<?>> OF_KRYO =
      List.of(
          String.class,
          Integer.class,
          Long.class,
          Boolean.class,
          Double.class,
          Float.class,
          Short.class,
          Byte.class,
          Character.class);

  private static final List<Class<?>> FAMILIES =
      List.of(ActorRef.class, ByteString.class, List.class, Set.class, Map.class);

  private BaseTypes() {}

  static List<Registration> registrations(References references) {
    return List.of(
        new Registration(byte[].class, new DefaultArraySerializers.ByteArraySerializer(), 10),
        new Registration(int[].class, new DefaultArraySerializers.IntArraySerializer(), 11),
        new Registration(long[].class, new DefaultArraySerializers.LongArraySerializer(), 12),
        new Registration(float[].class, new DefaultArraySerializers.FloatArraySerializer(), 13),
        new Registration(double[].class, new DefaultArraySerializers.DoubleArraySerializer(), 14),
        new Registration(Duration.class, new TimeSerializers.DurationSerializer(), 15),
        new Registration(Instant.class, new TimeSerializers.InstantSerializer(), 16),
        new Registration(Optional.class, new OptionalSerializers.OptionalSerializer(), 17),
        new Registration(OptionalInt.class, new OptionalSerializers.OptionalIntSerializer(), 18),
        new Registration(OptionalLong.class, new OptionalSerializers.OptionalLongSerializer(), 19),
        new Registration(List.class, new CollectionSerializers.OfList(), 20),
        new Registration(Set.class, new CollectionSerializers.OfSet(), 21),
        new Registration(Map.class, new CollectionSerializers.OfMap(), 22),
        new Registration(BigDecimal.class, new DefaultSerializers.BigDecimalSerializer(), 23),
        new Registration(BigInteger.class, new DefaultSerializers.BigIntegerSerializer(), 24),
        new Registration(UUID.class, new DefaultSerializers.UUIDSerializer(), 25),
        new Registration(URI.class, new DefaultSerializers.URISerializer(), 26),
        new Registration(ByteString.class, new ScalarSerializers.OfByteString(), 27),
        new Registration(ActorRef.class, new ScalarSerializers.OfActorRef(references), 28));
  }

  static Set<Class<?>> types() {
    Set<Class<?>> types = new HashSet<>(OF_KRYO);
    registrations(References.NONE).forEach(registration -> types.add(registration.getType()));
    return types;
  }

  /** The registered type that stands for {@code type}, whose own class is an implementation's. */
  static @Nullable Class<?> family(Class<?> type) {
    for (Class<?> family : FAMILIES) {
      if (family.isAssignableFrom(type)) {
        return family;
      }
    }
    return Enum.class.isAssignableFrom(type) && !type.isEnum() ? type.getSuperclass() : null;
  }
}
