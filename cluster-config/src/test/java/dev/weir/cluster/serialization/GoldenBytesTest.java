package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.membership.LeaseDesk;
import dev.weir.cluster.telemetry.TraceContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes of today are the bytes of every node still running: a change that breaks one of these
 * breaks a rolling upgrade. When a record grows, its line is kept as {@code name@1} with what it
 * now reads as, and a new line says how it is written.
 */
class GoldenBytesTest {

  private static final Map<String, Object> VALUES = new TreeMap<>(values());

  private final KryoCodec codec = KryoCodec.of(WireRegistry.load(), 4096);
  private final Properties golden = golden();

  static Set<String> names() {
    return VALUES.keySet();
  }

  static List<String> writtenNames() {
    return VALUES.keySet().stream().filter(name -> !name.contains("@")).toList();
  }

  @Test
  void everyValueHasItsBytes() {
    assertThat(golden.stringPropertyNames()).isEqualTo(names());
  }

  @ParameterizedTest
  @MethodSource("writtenNames")
  void areWrittenAsBefore(String name) {
    assertThat(HexFormat.of().formatHex(codec.toBytes(VALUES.get(name))))
        .isEqualTo(golden.getProperty(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void areReadAsBefore(String name) {
    assertThat(codec.fromBytes(HexFormat.of().parseHex(golden.getProperty(name))))
        .isEqualTo(VALUES.get(name));
  }

  private static Map<String, Object> values() {
    return Map.ofEntries(
        Map.entry("error.invalid", new WeirError.InvalidRequest("invalid_value", "No.", "model")),
        Map.entry("error.unauthorized", new WeirError.Unauthorized("no_key", "Who?")),
        Map.entry("error.forbidden", new WeirError.Forbidden("forbidden", "No.")),
        Map.entry("error.not-found", new WeirError.NotFound("not_found", "Where?")),
        Map.entry("error.conflict", new WeirError.Conflict("conflict", "Busy.")),
        Map.entry("error.too-large", new WeirError.TooLarge("too_large", "Big.")),
        Map.entry(
            "error.too-many",
            new WeirError.TooManyRequests("rate_limit", "Later.", Duration.ofMillis(1500))),
        Map.entry("error.model@1", new WeirError.ModelFailed("upstream", "Broke.", true)),
        Map.entry(
            "error.model",
            new WeirError.ModelFailed("upstream", "Broke.", true, Duration.ofMillis(1500))),
        Map.entry("error.unavailable", new WeirError.Unavailable("drain", "Bye.", Duration.ZERO)),
        Map.entry("lease.give-up", new LeaseDesk.GiveUp("pekko://weir@127.0.0.1:7355")),
        Map.entry("error.timed-out", new WeirError.TimedOut("deadline", "Late.")),
        Map.entry("error.internal", new WeirError.Internal("internal_error", "Oh.")),
        Map.entry(
            "trace@1",
            new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true)),
        Map.entry(
            "trace",
            new TraceContext(
                "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true, "req_1")),
        Map.entry("ticket", new Ticket("node-1", 7000, -3, 5, 65_536)),
        Map.entry("parcel.inline", new Parcel.Inline<String>(ByteString.fromString("small"))),
        Map.entry(
            "parcel.held",
            new Parcel.Held<String>(new Ticket("node-1", 7000, -3, 0, 1024), 9, 70_000)),
        Map.entry(
            "parcel.refused",
            new Parcel.Refused<String>(
                new WeirError.Unavailable("full", "No room.", Duration.ofSeconds(7)))),
        Map.entry(
            "sample.primitives",
            new Sample.Primitives(true, (byte) 2, (short) 3, 'd', -5, 6_000_000_000L, .5f, -.25)),
        Map.entry("sample.boxes", new Sample.Boxes(true, 0, null, 1d, "ü", Sample.Colour.GREEN)),
        Map.entry(
            "sample.times",
            new Sample.Times(
                Duration.ofNanos(1_000_000_001),
                Instant.ofEpochSecond(1_800_000_000, 5),
                new BigDecimal("12.50"),
                BigInteger.TEN)),
        Map.entry(
            "sample.names",
            new Sample.Names(
                new UUID(1, 2), URI.create("http://a/b"), OptionalInt.of(7), OptionalLong.of(-8))),
        Map.entry(
            "sample.collections",
            new Sample.Collections(
                List.of("a", "b"),
                Set.of(3),
                Map.of("k", List.of(4L)),
                Optional.of(new Sample.Circle(1)))),
        Map.entry("sample.bytes", new Sample.Bytes(ByteString.fromString("bytes"))),
        Map.entry(
            "sample.sealed",
            new Sample.Group("g", List.of(new Sample.Square(2, Sample.Colour.RED)), null)));
  }

  private static Properties golden() {
    Properties properties = new Properties();
    try (InputStream file = GoldenBytesTest.class.getResourceAsStream("golden.properties")) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
