package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent is what arrives, for records nested at random. */
class RandomRecordsTest {

  private final KryoCodec codec = KryoCodec.of(WireRegistry.load(), 1 << 20);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void arriveAsTheyWereSent(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      Object value = value(random, 4);
      assertThat(codec.fromBytes(codec.toBytes(value)))
          .as("seed %d, value %d", seed, i)
          .isEqualTo(value);
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(7)) {
      case 0 -> shape(random, depth);
      case 1 ->
          new Sample.Primitives(
              random.nextBoolean(),
              (byte) random.nextInt(),
              (short) random.nextInt(),
              (char) random.nextInt(),
              random.nextInt(),
              random.nextLong(),
              random.nextFloat(),
              random.nextGaussian());
      case 2 ->
          new Sample.Boxes(
              maybe(random, random.nextBoolean()), maybe(random, random.nextInt()),
              maybe(random, random.nextLong()), maybe(random, random.nextDouble()),
              maybe(random, text(random)), maybe(random, colour(random)));
      case 3 ->
          new Sample.Collections(
              texts(random),
              new TreeSet<>(random.ints(random.nextInt(20)).boxed().toList()),
              new TreeMap<>(java.util.Map.of(text(random), random.longs(3).boxed().toList())),
              random.nextBoolean() ? Optional.empty() : Optional.of(shape(random, depth - 1)));
      case 4 -> new Sample.Bytes(ByteString.fromArray(bytes(random)));
      case 5 -> new Sample.Answer(text(random), Duration.ofNanos(random.nextLong()));
      default ->
          depth == 0
              ? new Sample.Open(Instant.ofEpochMilli(random.nextLong() >>> 16))
              : new Sample.Open(value(random, depth - 1));
    };
  }

  private static Sample.Shape shape(Random random, int depth) {
    return switch (depth <= 0 ? random.nextInt(2) : random.nextInt(4)) {
      case 0 -> new Sample.Circle(random.nextDouble());
      case 1 -> new Sample.Square(random.nextInt(), colour(random));
      default ->
          new Sample.Group(
              text(random),
              IntStream.range(0, random.nextInt(4))
                  .mapToObj(i -> shape(random, depth - 1))
                  .toList(),
              random.nextBoolean() ? null : shape(random, depth - 1));
    };
  }

  private static <T> @Nullable T maybe(Random random, T value) {
    return random.nextInt(3) == 0 ? null : value;
  }

  private static Sample.Colour colour(Random random) {
    return random.nextBoolean() ? Sample.Colour.RED : Sample.Colour.GREEN;
  }

  private static List<@Nullable String> texts(Random random) {
    return IntStream.range(0, random.nextInt(6))
        .<@Nullable String>mapToObj(i -> maybe(random, text(random)))
        .toList();
  }

  /** Ascii, accents and characters beyond the basic plane, of lengths around those that matter. */
  private static String text(Random random) {
    String alphabet = random.nextBoolean() ? "abc 0" : "aé漢😀";
    return random
        .ints(random.nextInt(300), 0, alphabet.codePointCount(0, alphabet.length()))
        .map(at -> alphabet.codePointAt(alphabet.offsetByCodePoints(0, at)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(2000)];
    random.nextBytes(bytes);
    return bytes;
  }
}
