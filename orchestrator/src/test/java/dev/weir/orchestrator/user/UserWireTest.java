package dev.weir.orchestrator.user;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.serialization.WireTypes;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.Admission.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UserWireTest {

  private static final KryoCodec CODEC = KryoCodec.of(WireRegistry.load(), 128 * 1024);

  private static final Key KEY = new Key("resp_1", "generate", 2);
  private static final Amounts AMOUNTS = new Amounts(1, 100, 200, 5000);
  private static final Quota QUOTA =
      new Quota(Meter.TOKENS_PER_DAY, 1000, 10, 890, Duration.ofSeconds(50));
  private static final Reservation RESERVATION =
      new Reservation(
          new Ticket("block-1", 7),
          Instant.parse("2026-03-10T12:00:10.123Z"),
          AMOUNTS,
          Amounts.ZERO,
          new Price(150_000_000, 600_000_000, 30_000_000));

  /** All but those that carry a reference. */
  private static final List<Object> MESSAGES =
      List.of(
          new Granted(KEY, 40, RESERVATION, new RateLimits(List.of(QUOTA))),
          new Refused(
              KEY,
              new WeirError.TooManyRequests("insufficient_quota", "Wait.", Duration.ofSeconds(50)),
              new RateLimits(List.of())),
          new Description(List.of(QUOTA), 3, AMOUNTS),
          new User.Settled(KEY),
          new User.RunEnded("resp_1"),
          new User.Stop(),
          new Demand(60, 40, 1, Price.FREE),
          new Charge.Used(new Usage(10, 4, 3, 1)),
          new Charge.Unknown(),
          new Charge.Nothing());

  @Test
  void isFound() {
    assertThat(ServiceLoader.load(WireTypes.class)).hasAtLeastOneElementOfType(UserWire.class);
  }

  @Test
  void keepsToItsRange() {
    assertThat(new UserWire().types().keySet()).allMatch(number -> number / 100 == 22);
  }

  @Test
  void everyMessageIsReadAsItWasWritten() {
    assertThat(MESSAGES)
        .allSatisfy(
            message -> assertThat(CODEC.fromBytes(CODEC.toBytes(message))).isEqualTo(message));
  }

  @Test
  void whatAnOlderNodeSendsIsRead() throws IOException {
    try (InputStream stored = UserWireTest.class.getResourceAsStream("/golden/user-wire.txt")) {
      List<String> lines = new String(stored.readAllBytes(), UTF_8).lines().toList();
      assertThat(lines.stream().map(HexFormat.of()::parseHex).map(CODEC::fromBytes).toList())
          .isEqualTo(MESSAGES);
    }
  }

  @Test
  void everyMessageThatCrossesNodesHasANumber() {
    assertThat(new UserWire().types().values())
        .containsAll(
            Stream.of(User.Command.class, Admission.class, Charge.class)
                .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                .filter(type -> !Modifier.isPrivate(type.getModifiers()))
                .toList())
        .filteredOn(WireMessage.class::isAssignableFrom)
        .hasSize(10);
  }
}
