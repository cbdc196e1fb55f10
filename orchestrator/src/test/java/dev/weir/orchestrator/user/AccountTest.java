package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.Admission.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccountTest {

  private static final Instant NOON = Instant.parse("2026-03-10T12:00:10Z");

  private Instant now = NOON;
  private Books books = Books.EMPTY;
  private Account account = account(100);

  @Test
  void aSecondReservationOfTheBlockAsksNobody() {
    account = account(10_000);
    reserve("a", 60, 40, 40);
    ledger();
    assertThat(reserve("b", 10, 10, 10)).isPresent();
  }

  @Test
  void whatIsLeftLowersTheOutputCap() {
    reserve("a", 60, 40, 1);
    assertThat(granted(ledger().getFirst()).outputCap()).isEqualTo(40);
    settle("a", 60, 10);
    ledger();
    reserve("b", 20, 40, 1);
    assertThat(granted(ledger().getFirst()).outputCap()).isEqualTo(10);
  }

  @Test
  void aRefusalSaysHowLongToWait() {
    reserve("a", 60, 40, 40);
    ledger();
    reserve("b", 60, 40, 40);
    WeirError.TooManyRequests error = refused(ledger().getFirst());
    assertThat(error.code()).isEqualTo("insufficient_quota");
    assertThat(error.retryAfter())
        .isEqualTo(Duration.between(NOON, Instant.parse("2026-03-11T00:00:00Z")));
  }

  @Test
  void aMinuteIsShort() {
    account = new Account("block", now);
    account.limits(
        new Limits(9, new Amounts(1, Limits.UNLIMITED, Limits.UNLIMITED, Limits.UNLIMITED)));
    reserve("a", 1, 1, 1);
    ledger();
    reserve("b", 1, 1, 1);
    Refused refusal = (Refused) ledger().getFirst();
    assertThat(refused(refusal).code()).isEqualTo("rate_limit_exceeded");
    assertThat(refused(refusal).retryAfter()).isEqualTo(Duration.ofSeconds(50));
    assertThat(refusal.limits().quotas())
        .containsExactly(new Quota(Meter.REQUESTS_PER_MINUTE, 1, 0, 0, Duration.ofSeconds(50)));
    now = now.plusSeconds(50);
    reserve("c", 1, 1, 1);
    assertThat(ledger().getFirst()).isInstanceOf(Granted.class);
  }

  @Test
  void whatNoWindowCanHoldIsInvalid() {
    Admission answer = reserve("a", 100, 40, 1).orElseThrow();
    assertThat(((Refused) answer).error())
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class,
            error -> assertThat(error.code()).isEqualTo("request_exceeds_budget"));
  }

  @Test
  void aRefundIsUsedAgainOnlyWhenItIsStored() {
    reserve("a", 60, 40, 40);
    ledger();
    settle("a", 0, 0);
    assertThat(reserve("b", 60, 40, 40)).as("the ledger does not know yet").isEmpty();
    assertThat(ledger()).hasSize(1).first().isInstanceOf(Granted.class);
  }

  @Test
  void anOverrunStopsAdmissionUntilTheLedgerHasCountedIt() {
    account = account(10_000);
    reserve("a", 60, 40, 40);
    ledger();
    assertThat(account.balance().free().tokensPerDay()).isGreaterThan(50);
    settle("a", 20_000, 0);
    assertThat(reserve("b", 10, 10, 10)).as("although the block has it").isEmpty();
    assertThat(refused(ledger().getFirst()).code()).isEqualTo("insufficient_quota");
    assertThat(account.describe().overrun().tokensPerDay()).isEqualTo(19_900);
  }

  @Test
  void whoCameFirstIsServedFirst() {
    reserve("large", 60, 40, 40);
    reserve("small", 1, 1, 1);
    assertThat(ledger()).extracting(Admission::key).containsExactly(key("large"), key("small"));
  }

  @Test
  void aRepeatedReserveWaitsOnce() {
    reserve("a", 30, 10, 10);
    reserve("a", 30, 10, 10);
    assertThat(ledger()).hasSize(1);
    assertThat(books.held().minus(account.balance().free()).tokensPerDay()).isEqualTo(40);
  }

  @Test
  void waitingIsBounded() {
    for (int i = 0; i < 1000; i++) {
      assertThat(reserve("r" + i, 1, 1, 1)).isEmpty();
    }
    Refused refusal = (Refused) reserve("one more", 1, 1, 1).orElseThrow();
    assertThat(refusal.error()).isInstanceOf(WeirError.Unavailable.class);
  }

  @Test
  void runsAreCountedByResponse() {
    account.limits(new Limits(1, Limits.NONE.most()));
    assertThat(reserve("a", 1, 1, 1).orElseThrow()).isInstanceOf(Granted.class);
    Key branch = new Key("a", "branch", 1);
    assertThat(account.reserve(branch, demand(1, 1, 1), now).orElseThrow())
        .isInstanceOf(Granted.class);
    assertThat(refused(reserve("b", 1, 1, 1).orElseThrow()).code())
        .isEqualTo("too_many_concurrent_runs");
    account.endRun("a", now);
    assertThat(reserve("c", 1, 1, 1).orElseThrow()).isInstanceOf(Granted.class);
  }

  @Test
  void whoGaveUpWaitingIsNeverAdmitted() {
    reserve("a", 60, 40, 40);
    assertThat(account.settle(key("a"), null, new Charge.Nothing(), now)).isEmpty();
    assertThat(ledger()).isEmpty();
    assertThat(reserve("a", 60, 40, 40).orElseThrow()).isInstanceOf(Refused.class);
    assertThat(account.isIdle()).isTrue();
  }

  @Test
  void anAnswerSentBackUnusedLeavesTheOtherOfItsKeyAlone() {
    account = account(1000);
    reserve("a", 60, 40, 40);
    Reservation earlier = granted(ledger().getFirst()).reservation();
    account = account("later", 1000);
    reserve("a", 60, 40, 40);
    Reservation inUse = granted(ledger().getFirst()).reservation();
    account.settle(key("a"), earlier, new Charge.Nothing(), now);
    ledger();
    account.settle(key("a"), inUse, new Charge.Used(new Usage(50, 0, 30, 0)), now);
    ledger();
    assertThat(books.spent().tokensPerDay()).isEqualTo(80);
  }

  @Test
  void anAttemptThatWorkedWithAnEarlierReservationFreesTheLater() {
    account = account(1000);
    reserve("a", 60, 40, 40);
    Reservation inUse = granted(ledger().getFirst()).reservation();
    account = account("later", 1000);
    reserve("a", 60, 40, 40);
    ledger();
    account.settle(key("a"), inUse, new Charge.Used(new Usage(50, 0, 30, 0)), now);
    ledger();
    assertThat(books.spent().tokensPerDay()).isEqualTo(80);
    assertThat(account.isIdle()).isTrue();
  }

  @Test
  void anUnlimitedUserAsksNobody() {
    account.limits(Limits.NONE);
    assertThat(reserve("a", 1000, 1000, 1).orElseThrow()).isInstanceOf(Granted.class);
    assertThat(account.next(now, false)).isEmpty();
  }

  @Test
  void aFreshMinuteIsNotRefusedForTheOldOne() {
    account = new Account("block", now);
    account.limits(
        new Limits(9, new Amounts(Limits.UNLIMITED, 100, Limits.UNLIMITED, Limits.UNLIMITED)));
    reserve("a", 60, 40, 40);
    ledger();
    reserve("b", 60, 40, 40);
    Posting asked = account.next(now, false).orElseThrow();
    now = now.plusSeconds(60);
    assertThat(account.posted(books.answer(asked), now).admissions()).isEmpty();
    assertThat(ledger()).hasSize(1).first().isInstanceOf(Granted.class);
  }

  /** Lets the ledger answer until there is nothing more to tell. */
  private List<Admission> ledger() {
    List<Admission> admissions = new ArrayList<>();
    Optional<Posting> posting = account.next(now, false);
    while (posting.isPresent()) {
      books.decide(posting.get()).forEach(event -> books = books.apply(event));
      admissions.addAll(account.posted(books.answer(posting.get()), now).admissions());
      posting = account.next(now, false);
    }
    return admissions;
  }

  private Optional<Admission> reserve(String response, long input, long output, long least) {
    return account.reserve(key(response), demand(input, output, least), now);
  }

  private void settle(String response, long input, long output) {
    Admission again = reserve(response, 0, 0, 0).orElseThrow();
    account.settle(
        key(response),
        granted(again).reservation(),
        new Charge.Used(new Usage(input, 0, output, 0)),
        now);
  }

  private static Demand demand(long input, long output, long least) {
    return new Demand(input, output, least, Price.FREE);
  }

  private static Granted granted(@Nullable Admission admission) {
    assertThat(admission).isInstanceOf(Granted.class);
    return (Granted) admission;
  }

  private static WeirError.TooManyRequests refused(Admission admission) {
    return (WeirError.TooManyRequests) ((Refused) admission).error();
  }

  private static Key key(String response) {
    return new Key(response, "generate", 1);
  }

  private Account account(long tokensPerDay) {
    return account("block", tokensPerDay);
  }

  private Account account(String block, long tokensPerDay) {
    Account result = new Account(block, now);
    long none = Limits.UNLIMITED;
    result.limits(new Limits(none, new Amounts(none, none, tokensPerDay, none)));
    return result;
  }
}
