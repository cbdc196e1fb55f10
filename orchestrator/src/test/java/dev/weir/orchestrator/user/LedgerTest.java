package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.orchestrator.user.LedgerEvent.BlockGranted;
import dev.weir.orchestrator.user.LedgerEvent.BlockReturned;
import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import dev.weir.orchestrator.user.Settlement.Outcome;
import java.time.Instant;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LedgerTest {

  private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");
  private static final Amounts MOST = new Amounts(10, 1000, 10_000, 1_000_000);
  private static final Amounts SOME = new Amounts(1, 100, 100, 5000);

  private ActorTestKit testKit;
  private TestProbe<Ledger.Reply> user;
  private EventSourcedBehaviorTestKit<Ledger.Post, LedgerEvent, Books> ledger;

  @BeforeAll
  void start() {
    testKit =
        ActorTestKit.create(
            ConfigFactory.parseString(UserFixture.BINDINGS)
                .withFallback(EventSourcedBehaviorTestKit.config()));
  }

  @AfterAll
  void stop() {
    testKit.shutdownTestKit();
  }

  @BeforeEach
  void fresh() {
    user = testKit.createTestProbe();
    ledger =
        EventSourcedBehaviorTestKit.create(
            testKit.system(),
            Ledger.create("acme/alice", user.ref(), Ledger.Backoff.DEFAULT),
            EventSourcedBehaviorTestKit.enabledSerializationSettings()
                .withVerifyCommands(false)
                .withVerifyEquality(true));
    ledger.clear();
  }

  @Test
  void aGrantIsStoredBeforeItIsAnswered() {
    var result = ledger.runCommand(new Ledger.Post(posting(1, SOME, List.of())));
    assertThat(result.events())
        .containsExactly(new BlockGranted(NOON, "block", 1, SOME))
        .allSatisfy(event -> assertThat(event.at()).isEqualTo(NOON));
    assertThat(answer().granted()).isEqualTo(SOME);
  }

  @Test
  void whatIsToldAgainIsAnsweredButNotStored() {
    Ledger.Post post = new Ledger.Post(posting(1, SOME, List.of()));
    ledger.runCommand(post);
    assertThat(ledger.runCommand(post).hasNoEvents()).isTrue();
    assertThat(answer()).isEqualTo(answer());
  }

  @Test
  void oneWriteTakesManySettlements() {
    ledger.runCommand(new Ledger.Post(posting(1, SOME, List.of())));
    var result =
        ledger.runCommand(
            new Ledger.Post(
                posting(2, Amounts.ZERO, List.of(settlement(1), settlement(2), settlement(1)))));
    assertThat(result.events())
        .containsExactly(new SettlementsRecorded(NOON, List.of(settlement(1), settlement(2))));
  }

  @Test
  void theBooksSurviveARestart() {
    ledger.runCommand(new Ledger.Post(posting(1, SOME, List.of())));
    ledger.runCommand(new Ledger.Post(posting(2, Amounts.ZERO, List.of(settlement(1)))));
    Books before = ledger.getState();
    assertThat(ledger.restart().state()).isEqualTo(before);
    assertThat(ledger.runCommand(new Ledger.Post(posting(1, SOME, List.of()))).hasNoEvents())
        .isTrue();
  }

  @Test
  void theRestOfABlockGoesBackOnce() {
    ledger.runCommand(new Ledger.Post(posting(1, SOME, List.of())));
    Ledger.Post back =
        new Ledger.Post(
            new Posting("block", 2, NOON, MOST, Amounts.ZERO, Amounts.ZERO, SOME, List.of()));
    assertThat(ledger.runCommand(back).events())
        .containsExactly(new BlockReturned(NOON, "block", 2, SOME));
    assertThat(ledger.runCommand(back).hasNoEvents()).isTrue();
    assertThat(ledger.getState().held()).isEqualTo(Amounts.ZERO);
  }

  private Posting.Posted answer() {
    Ledger.Reply reply = user.receiveMessage();
    while (reply instanceof Ledger.Ready) {
      reply = user.receiveMessage();
    }
    return ((Ledger.Answer) reply).posted();
  }

  private static Posting posting(long number, Amounts want, List<Settlement> settlements) {
    return new Posting("block", number, NOON, MOST, Amounts.ZERO, want, Amounts.ZERO, settlements);
  }

  private static Settlement settlement(long number) {
    return new Settlement(
        new Key("resp", "generate", (int) number),
        new Ticket("block", number),
        NOON,
        new Amounts(0, 10, 10, 100),
        new Amounts(0, 5, 5, 50),
        Amounts.ZERO,
        Amounts.ZERO,
        Outcome.USED);
  }
}
