package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Price;
import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.Admission.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.testkit.javadsl.SnapshotTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ActorTestKit testKit;
  private PersistenceTestKit journal;

  @BeforeAll
  void start() {
    testKit =
        ActorTestKit.create(
            ConfigFactory.parseString(UserFixture.BINDINGS)
                .withFallback(PersistenceTestKitPlugin.config())
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.load()));
    journal = PersistenceTestKit.create(testKit.system());
  }

  @AfterAll
  void stop() {
    testKit.shutdownTestKit();
  }

  @Test
  void concurrentReservesGetExactlyTheBudget() {
    UserFixture alice = limited(37 * 100 + 99);
    for (int i = 0; i < 200; i++) {
      alice.reserve("resp_" + i, 60, 40);
    }
    List<Granted> granted = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      switch (alice.admissions.receiveMessage()) {
        case Granted yes -> granted.add(yes);
        case Refused no -> refused.add(no);
      }
    }
    assertThat(granted).hasSize(37).allMatch(yes -> yes.outputCap() == 40);
    assertThat(refused)
        .hasSize(163)
        .extracting(Refused::error)
        .allSatisfy(error -> assertThat(error.code()).isEqualTo("insufficient_quota"));
    assertThat(alice.today().remaining()).isEqualTo(99);
  }

  @Test
  void theSameKeyGetsTheSameAnswer() {
    UserFixture alice = limited(150);
    Granted first = alice.reserved("a", 60, 40);
    assertThat(alice.reserved("a", 60, 40)).isEqualTo(first);
    alice.reserve("b", 60, 40);
    Admission refused = alice.admissions.receiveMessage();
    alice.settle(first, new Charge.Nothing());
    alice.reserve("b", 60, 40);
    alice.admissions.expectMessage(refused);
    assertThat(alice.reserved("a", 60, 40)).as("even after it is settled").isEqualTo(first);
    assertThat(alice.today().remaining()).isEqualTo(150);
  }

  @Test
  void aSettlementCountsOnceAndIsAnsweredEachTime() {
    UserFixture alice = limited(1000);
    Granted granted = alice.reserved("a", 60, 40);
    alice.settle(granted, UserFixture.used(50, 5));
    alice.settle(granted, UserFixture.used(50, 5));
    assertThat(alice.today().spent()).isEqualTo(55);
    assertThat(alice.today().remaining()).isEqualTo(945);
  }

  @Test
  void afterACrashAReservationIsSpentUntilItsSettlementProvesOtherwise() {
    UserFixture alice = limited(1000);
    Granted granted = alice.reserved("a", 300, 300);
    alice.crash();
    assertThat(alice.today().remaining()).isLessThanOrEqualTo(400);
    long before = alice.today().remaining();
    alice.settle(granted, UserFixture.used(100, 0));
    alice.settle(granted, UserFixture.used(100, 0));
    assertThat(alice.today().spent()).isEqualTo(100);
    assertThat(alice.today().remaining()).isEqualTo(before + 500);
  }

  @Test
  void aCrashCostsAtMostABlock() {
    UserFixture alice = limited(100_000);
    Granted granted = alice.reserved("a", 60, 40);
    alice.crash();
    alice.settle(granted, new Charge.Nothing());
    assertThat(alice.today().remaining()).isBetween(98_000L, 99_999L);
  }

  @Test
  void aGracefulStopHandsBackTheRest() {
    UserFixture alice = limited(100_000);
    Granted open = alice.reserved("a", 60, 40);
    alice.stopGracefully();
    assertThat(alice.today().remaining()).isEqualTo(99_900);
    alice.settle(open, UserFixture.used(10, 0));
    assertThat(alice.today().remaining()).isEqualTo(99_990);
  }

  @Test
  void whatADeadHolderLeftIsChargedInFullAndStaysSo() {
    UserFixture alice = limited(100);
    TestProbe<Object> run = testKit.createTestProbe();
    alice.reserve("a", 60, 40, run.ref());
    Granted granted = alice.granted();
    run.stop();
    journal.expectNextPersistedClass(alice.ledger, LedgerEvent.BlockGranted.class, PATIENCE);
    LedgerEvent.SettlementsRecorded recorded = nextSettlements(alice);
    assertThat(recorded.settlements())
        .extracting(Settlement::outcome)
        .containsExactly(Settlement.Outcome.LOST);
    alice.settle(granted, UserFixture.used(1, 1));
    assertThat(alice.today().spent()).isEqualTo(100);
  }

  @Test
  void anOverrunIsChargedAndStopsAdmission() {
    UserFixture alice = limited(1000);
    Granted granted = alice.reserved("a", 60, 40);
    alice.settle(granted, UserFixture.used(1200, 40));
    alice.reserve("b", 1, 1);
    assertThat(code(alice.admissions.receiveMessage())).isEqualTo("insufficient_quota");
    alice.user.tell(new User.Describe(alice.descriptions.ref()));
    assertThat(alice.descriptions.receiveMessage().overrun().tokensPerDay()).isEqualTo(1140);
    alice.clock.advance(Duration.ofDays(1));
    assertThat(alice.reserved("c", 1, 1).outputCap()).isEqualTo(1);
  }

  @Test
  void aNewMinuteIsANewBudget() {
    UserFixture alice = fixture("requests-per-minute = 1");
    alice.reserved("a", 1, 1);
    alice.reserve("b", 1, 1);
    WeirError error = ((Refused) alice.admissions.receiveMessage()).error();
    assertThat(error)
        .isInstanceOfSatisfying(
            WeirError.TooManyRequests.class,
            many -> {
              assertThat(many.code()).isEqualTo("rate_limit_exceeded");
              assertThat(many.retryAfter()).isEqualTo(Duration.ofSeconds(50));
            });
    alice.clock.advance(Duration.ofSeconds(50));
    alice.reserved("c", 1, 1);
  }

  @Test
  void anUnlimitedUserWritesNothingUntilItSettles() {
    UserFixture alice = fixture("");
    Granted granted = alice.reserved("a", 1000, 1000);
    journal.expectNothingPersisted(alice.ledger);
    alice.settle(granted, UserFixture.used(700, 7));
    assertThat(nextSettlements(alice).settlements()).hasSize(1);
    assertThat(alice.today().spent()).isEqualTo(707);
    assertThat(alice.today().limit()).isEqualTo(Limits.UNLIMITED);
  }

  @Test
  void oneBlockServesManyReservations() {
    UserFixture alice = limited(1_000_000);
    for (int i = 0; i < 50; i++) {
      alice.reserved("resp_" + i, 60, 40);
    }
    assertThat(journal.persistedInStorage(alice.ledger)).hasSize(1);
  }

  @Test
  void runsAtOnceAreLimitedUntilOneEnds() {
    UserFixture alice = fixture("concurrent-runs = 2");
    Granted first = alice.reserved("a", 1, 1);
    alice.reserved("b", 1, 1);
    alice.reserve("c", 1, 1);
    assertThat(code(alice.admissions.receiveMessage())).isEqualTo("too_many_concurrent_runs");
    alice.settle(first, UserFixture.used(1, 1));
    TestProbe<Object> run = testKit.createTestProbe();
    alice.reserve("d", 1, 1, run.ref());
    alice.granted();
    alice.endRun("b");
    alice.reserved("e", 1, 1);
    run.stop();
    alice.settled.awaitAssert(
        () -> {
          alice.user.tell(new User.Describe(alice.descriptions.ref()));
          assertThat(alice.descriptions.receiveMessage().runs()).isEqualTo(1);
          return null;
        });
    alice.reserved("f", 1, 1);
  }

  @Test
  void aFailedWriteIsToldAgainWhenTheLedgerIsBack() {
    UserFixture alice = limited(1000);
    journal.failNextPersisted(alice.ledger);
    Granted granted = alice.reserved("a", 60, 40);
    journal.failNextPersisted(alice.ledger);
    alice.settle(granted, UserFixture.used(10, 0));
    assertThat(alice.today().spent()).isEqualTo(10);
    assertThat(alice.today().remaining()).isEqualTo(990);
  }

  @Test
  void theBooksAreReadFromASnapshotToo() {
    UserFixture alice = limited(1_000_000);
    for (int i = 0; i < 250; i++) {
      alice.settle(alice.reserved("resp_" + i, 60, 40), UserFixture.used(10, 0));
    }
    alice.stopGracefully();
    assertThat(alice.today().spent()).isEqualTo(2500);
    assertThat(alice.today().remaining()).isEqualTo(997_500);
    SnapshotTestKit.create(testKit.system())
        .expectNextPersistedClass(alice.ledger, Books.class, PATIENCE);
  }

  @Test
  void whatIsLeftLowersTheOutputCap() {
    UserFixture alice = limited(100);
    Demand demand = new Demand(60, 4000, 1, Price.FREE);
    alice.user.tell(
        new User.Reserve(
            UserFixture.key("a"),
            demand,
            alice.holder.ref(),
            alice.admissions.ref(),
            TraceContext.NONE));
    assertThat(alice.granted().outputCap()).isEqualTo(40);
  }

  private LedgerEvent.SettlementsRecorded nextSettlements(UserFixture alice) {
    return journal.expectNextPersistedClass(
        alice.ledger, LedgerEvent.SettlementsRecorded.class, PATIENCE);
  }

  private static String code(Admission admission) {
    return ((Refused) admission).error().code();
  }

  private UserFixture limited(long tokensPerDay) {
    return fixture("tokens-per-day = " + tokensPerDay);
  }

  private UserFixture fixture(String tier) {
    return new UserFixture(testKit, tier);
  }
}
