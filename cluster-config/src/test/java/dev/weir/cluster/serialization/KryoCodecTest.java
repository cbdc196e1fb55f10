package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class KryoCodecTest {

  private final KryoCodec codec = KryoCodec.of(WireRegistry.load(), 64 * 1024);

  @Test
  void carriesPrimitivesAtTheirEdges() {
    same(new Sample.Primitives(true, (byte) -1, Short.MIN_VALUE, 'ß', -7, Long.MIN_VALUE, 1f, -0d));
    same(new Sample.Primitives(false, (byte) 0, (short) 0, '\0', 0, 0L, 0f, 0d));
    same(new Sample.Boxes(false, 0, 0L, Double.NaN, "", Sample.Colour.GREEN));
    same(new Sample.Boxes(null, null, null, null, null, null));
  }

  @Test
  void carriesTimesAndNames() {
    same(
        new Sample.Times(
            Duration.ofSeconds(-3, 7),
            Instant.parse("2026-01-02T03:04:05.000000006Z"),
            new BigDecimal("-12.3400"),
            BigInteger.TWO.pow(200)));
    same(
        new Sample.Names(
            new UUID(-1, 2),
            URI.create("http://127.0.0.1:8000/v1"),
            OptionalInt.of(0),
            OptionalLong.empty()));
  }

  @Test
  void carriesCollectionsOfAnyImplementationByTheirContent() {
    same(new Sample.Collections(List.of(), Set.of(), Map.of(), Optional.empty()));
    same(
        new Sample.Collections(
            Arrays.asList("a", null).subList(0, 2),
            Set.of(1, 2, 3),
            new TreeMap<>(Map.of("b", List.of(1L), "a", new ArrayList<>(List.of(2L, 3L)))),
            Optional.of(new Sample.Circle(1.5))));
  }

  @Test
  void whatIsReadCannotBeModified() {
    var read =
        (Sample.Collections)
            codec.fromBytes(
                codec.toBytes(
                    new Sample.Collections(
                        new ArrayList<>(List.of("a")), Set.of(1), Map.of(), Optional.empty())));
    assertThatThrownBy(() -> read.list().add("b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.set().add(2)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> read.map().put("b", List.of()))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void carriesSealedTypesInsideOneAnother() {
    same(
        new Sample.Group(
            "g",
            List.of(
                new Sample.Square(2, Sample.Colour.RED), new Sample.Group("h", List.of(), null)),
            new Sample.Circle(0)));
    same(new WeirError.InvalidRequest("invalid_value", "No.", null));
    same(new WeirError.TooManyRequests("rate_limit", "Later.", Duration.ofMillis(1500)));
  }

  @Test
  void carriesByteStringsMadeOfParts() {
    ByteString parts = ByteString.fromString("one").concat(ByteString.fromString("two"));
    same(new Sample.Bytes(parts));
    same(new Sample.Bytes(ByteString.emptyByteString()));
  }

  @Test
  void carriesComponentsWhoseLengthTakesSeveralBytes() {
    for (int length : new int[] {126, 127, 128, 129, 16_382, 16_383, 16_384, 30_000}) {
      Sample.Shape inner = new Sample.Group("x".repeat(length), List.of(), null);
      same(new Sample.Group("ü".repeat(7), List.of(inner), inner));
    }
  }

  @Test
  void readsFromAndWritesByteStrings() {
    Sample.Answer answer = new Sample.Answer("42", Duration.ofMillis(3));
    ByteString bytes = codec.toByteString(answer);
    assertThat(codec.fromByteString(ByteString.emptyByteString().concat(bytes))).isEqualTo(answer);
  }

  @Test
  void refusesAClassWithoutANumberAndSaysWhereItGetsOne() {
    assertThatThrownBy(() -> codec.toBytes(new Sample.Open(new Sample.Stranger("x"))))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("dev.weir.cluster.serialization.Sample$Stranger is not registered")
        .hasMessageContaining("Sample$Types (100–999)");
    assertThatThrownBy(() -> codec.toBytes(new Sample.Open(new Object())))
        .hasMessageContaining("java.lang.Object is not registered")
        .hasMessageContaining("META-INF/services/dev.weir.cluster.serialization.WireTypes");
  }

  @Test
  void refusesWhatIsTooLargeAndGoesOnAfterwards() {
    Sample.Bytes fits = new Sample.Bytes(ByteString.fromArray(new byte[64 * 1024 - 100]));
    Sample.Bytes large = new Sample.Bytes(ByteString.fromArray(new byte[64 * 1024]));
    same(fits);
    assertThatThrownBy(() -> codec.toBytes(large))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("Sample$Bytes takes more than 65536 bytes")
        .hasMessageContaining("Parcel");
    same(fits);
  }

  @Test
  void refusesWhatIsNestedWithoutEnd() {
    Sample.Shape shape = new Sample.Circle(1);
    for (int i = 0; i < 10_000; i++) {
      shape = new Sample.Group("", List.of(), shape);
    }
    Object deep = shape;
    assertThatThrownBy(() -> codec.toBytes(deep))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("depth");
  }

  @Test
  void refusesDamagedBytes() {
    byte[] bytes = codec.toBytes(new Sample.Group("name", List.of(new Sample.Circle(2)), null));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> codec.fromBytes(cut)).isInstanceOf(WireException.class);
    }
    assertThatThrownBy(() -> codec.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("1 bytes follow");
  }

  @Test
  void refusesClassNamesInWhatItReads() {
    byte[] nameOfAClass = {1, 0, 'j', 'a', 'v', 'a', '.', 'X' | (byte) 0x80};
    assertThatThrownBy(() -> codec.fromBytes(nameOfAClass))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("name a class");
  }

  @Test
  void servesManyThreadsAtOnce() throws Exception {
    List<Future<?>> done = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 2_000; i++) {
        String name = "n".repeat(i);
        done.add(threads.submit(() -> same(new Sample.Group(name, List.of(), null))));
      }
    }
    for (Future<?> each : done) {
      each.get();
    }
  }

  private void same(Object value) {
    assertThat(codec.fromBytes(codec.toBytes(value))).isEqualTo(value);
  }
}
