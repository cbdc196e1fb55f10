package dev.weir.cluster.serialization;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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

/** Records of every shape that modules send, for tests of the wire. */
public interface Sample {

  enum Colour {
    RED,
    GREEN {
      @Override
      boolean isLeaf() {
        return true;
      }
    };

    boolean isLeaf() {
      return false;
    }
  }

  record Primitives(
      boolean flag, byte tiny, short small, char letter, int count, long total, float f, double d)
      implements WireMessage {}

  record Boxes(
      @Nullable Boolean flag,
      @Nullable Integer count,
      @Nullable Long total,
      @Nullable Double ratio,
      @Nullable String text,
      @Nullable Colour colour)
      implements WireMessage {}

  record Times(Duration duration, Instant instant, BigDecimal price, BigInteger big)
      implements WireMessage {}

  record Names(UUID uuid, URI uri, OptionalInt small, OptionalLong large) implements WireMessage {}

  record Collections(
      List<@Nullable String> list,
      Set<Integer> set,
      Map<String, List<Long>> map,
      Optional<Shape> shape)
      implements WireMessage {}

  record Bytes(ByteString body) implements WireMessage {}

  sealed interface Shape permits Circle, Square, Group {}

  record Circle(double radius) implements Shape {}

  record Square(int side, Colour colour) implements Shape {}

  record Group(String name, List<Shape> members, @Nullable Shape main)
      implements Shape, WireMessage {}

  record Ask(String question, ActorRef<Answer> replyTo) implements WireMessage {}

  record Answer(String text, Duration took) implements WireMessage {}

  record Stranger(String text) implements WireMessage {}

  record Open(Object any) implements WireMessage {}

  /** The numbers that belong to the tests of this module. */
  final class Types implements WireTypes {
    @Override
    public Map<Integer, Class<?>> types() {
      return Map.ofEntries(
          Map.entry(900, Primitives.class),
          Map.entry(901, Boxes.class),
          Map.entry(902, Times.class),
          Map.entry(903, Names.class),
          Map.entry(904, Collections.class),
          Map.entry(905, Bytes.class),
          Map.entry(906, Circle.class),
          Map.entry(907, Square.class),
          Map.entry(908, Group.class),
          Map.entry(909, Ask.class),
          Map.entry(910, Answer.class),
          Map.entry(911, Colour.class),
          Map.entry(912, Open.class));
    }
  }
}
