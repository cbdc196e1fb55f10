package dev.weir.orchestrator.user;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.serialization.Persisted;
import dev.weir.orchestrator.user.Settlement.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was stored once is read for good. Each file under {@code golden/} holds a manifest and a
 * payload in hexadecimal, as written when its type was new; it is never written again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PersistedFormTest {

  private static final Instant AT = Instant.parse("2026-03-10T12:00:10.123Z");
  private static final Amounts AMOUNTS = new Amounts(1, 100, 200, 5000);
  private static final Settlement SETTLEMENT =
      new Settlement(
          new Key("resp_1", "generate", 2),
          new Ticket("block-1", 7),
          AT,
          AMOUNTS,
          new Amounts(1, 110, 110, 4000),
          Amounts.ZERO,
          new Amounts(0, 10, 0, 0),
          Outcome.USED);

  private ActorTestKit testKit;

  record Golden(String file, Persisted value) {}

  static Stream<Golden> goldens() {
    return Stream.of(
        new Golden("ledger-block-granted", new LedgerEvent.BlockGranted(AT, "block-1", 3, AMOUNTS)),
        new Golden(
            "ledger-block-returned", new LedgerEvent.BlockReturned(AT, "block-1", 4, AMOUNTS)),
        new Golden(
            "ledger-settlements-recorded",
            new LedgerEvent.SettlementsRecorded(AT, List.of(SETTLEMENT))),
        new Golden(
            "ledger-books",
            new Books(
                AT,
                AMOUNTS,
                new Amounts(0, 10, 0, 0),
                "block-1",
                Map.of(
                    "block-1",
                    new Block(
                        AMOUNTS, Ranges.EMPTY.with(1).with(2).with(7), 3, Amounts.ZERO, AT)))));
  }

  @BeforeAll
  void start() {
    testKit = ActorTestKit.create(ConfigFactory.parseString(UserFixture.BINDINGS));
  }

  @AfterAll
  void stop() {
    testKit.shutdownTestKit();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theOldPayloadIsStillRead(Golden golden) throws Exception {
    String[] lines = resource(golden.file()).split("\n", -1);
    Object read =
        serializer(golden.value()).fromBinary(HexFormat.of().parseHex(lines[1]), lines[0]);
    assertThat(read).isEqualTo(golden.value());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theTypeIsToldByItsOwnName(Golden golden) {
    SerializerWithStringManifest serializer = serializer(golden.value());
    byte[] bytes = serializer.toBinary(golden.value());
    assertThat(new String(bytes, UTF_8)).contains(golden.file());
    assertThat(serializer.manifest(golden.value())).isEqualTo(golden.value().getClass().getName());
  }

  @Test
  void everyEventHasAGolden() {
    List<Class<?>> covered = goldens().<Class<?>>map(golden -> golden.value().getClass()).toList();
    assertThat(covered).containsAll(Arrays.asList(LedgerEvent.class.getPermittedSubclasses()));
  }

  private SerializerWithStringManifest serializer(Persisted value) {
    Serializer serializer = SerializationExtension.get(testKit.system()).findSerializerFor(value);
    return (SerializerWithStringManifest) serializer;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = PersistedFormTest.class.getResourceAsStream("/golden/" + name + ".txt")) {
      assertThat(in).as("golden file %s", name).isNotNull();
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
