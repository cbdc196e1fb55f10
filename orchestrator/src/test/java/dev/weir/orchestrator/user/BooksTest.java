package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.user.LedgerEvent.BlockGranted;
import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import dev.weir.orchestrator.user.Settlement.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BooksTest {

  private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");
  private static final Amounts MOST =
      new Amounts(Limits.UNLIMITED, Limits.UNLIMITED, 100, Limits.UNLIMITED);

  private Books books = Books.EMPTY;
  private long postings;

  @Test
  void grantsNoMoreThanIsLeft() {
    assertThat(ask("a", NOON, 0, 70).tokensPerDay()).isEqualTo(70);
    assertThat(ask("b", NOON, 0, 70).tokensPerDay()).isEqualTo(30);
    assertThat(ask("b", NOON, 0, 70).tokensPerDay()).isZero();
  }

  @Test
  void grantsNothingWhereItWouldNotHelp() {
    ask("a", NOON, 0, 70);
    assertThat(ask("a", NOON, 31, 70).tokensPerDay()).isZero();
    assertThat(ask("a", NOON, 30, 70).tokensPerDay()).isEqualTo(30);
  }

  @Test
  void anotherTellingChangesNothing() {
    Posting posting = posting("a", NOON, 0, 70);
    tell(posting);
    assertThat(books.decide(posting)).isEmpty();
    assertThat(books.answer(posting).granted().tokensPerDay()).isEqualTo(70);
  }

  @Test
  void aSettlementOfACrashedBlockReturnsWhatItProves() {
    ask("a", NOON, 0, 70);
    ask("b", NOON, 0, 30);
    settle(settlement("a", 1, NOON, 40, 15));
    assertThat(books.held().tokensPerDay()).isEqualTo(60);
    assertThat(books.spent().tokensPerDay()).isEqualTo(15);
    assertThat(ask("b", NOON, 0, 100).tokensPerDay()).isEqualTo(25);
  }

  @Test
  void aSettlementCountsOnce() {
    ask("a", NOON, 0, 70);
    Settlement settlement = settlement("a", 1, NOON, 40, 15);
    settle(settlement, settlement);
    settle(settlement);
    assertThat(books.spent().tokensPerDay()).isEqualTo(15);
  }

  @Test
  void anExcessIsSpentAndCounted() {
    ask("a", NOON, 0, 100);
    settle(settlement("a", 1, NOON, 100, 130));
    assertThat(books.overrun().tokensPerDay()).isEqualTo(30);
    assertThat(books.spent().tokensPerDay()).isEqualTo(130);
    assertThat(ask("a", NOON, 0, 10).tokensPerDay()).isZero();
  }

  @Test
  void aNewWindowIsWhole() {
    ask("a", NOON, 0, 70);
    Instant tomorrow = NOON.plus(Duration.ofDays(1));
    assertThat(ask("a", tomorrow, 0, 100).tokensPerDay()).isEqualTo(100);
    settle(settlement("a", 1, NOON, 40, 15));
    assertThat(books.spent().tokensPerDay()).as("falls in yesterday").isZero();
    assertThat(books.held().tokensPerDay()).isEqualTo(100);
  }

  @Test
  void timeNeverGoesBack() {
    Instant midnight = Instant.parse("2026-03-11T00:00:00Z");
    ask("a", midnight, 0, 70);
    assertThat(ask("b", midnight.minusSeconds(30), 0, 100).tokensPerDay()).isEqualTo(30);
    assertThat(books.answer(posting("b", NOON, 0, 0)).at()).isEqualTo(midnight);
  }

  @Test
  void oldBlocksAreForgottenAndTheirSettlementsWithThem() {
    ask("a", NOON, 0, 50);
    Settlement old = settlement("a", 1, NOON, 50, 50);
    settle(old);
    Instant later = NOON.plus(Duration.ofDays(2));
    ask("b", later, 0, 50);
    ask("b", later.plusSeconds(60), 0, 10);
    assertThat(books.blocks()).containsOnlyKeys("b");
    settle(old);
    assertThat(books.blocks()).containsOnlyKeys("b");
    assertThat(books.held().tokensPerDay()).isEqualTo(60);
  }

  @Test
  void aBlockWithSomethingHeldIsNotForgotten() {
    Amounts most = new Amounts(MOST.get(Meter.TOKENS_PER_MINUTE), MOST.tokensPerMinute(), 100, 100);
    Amounts money = new Amounts(0, 0, 0, 60);
    tell(new Posting("a", 1, NOON, most, Amounts.ZERO, money, Amounts.ZERO, List.of()));
    ask("b", NOON.plus(Duration.ofDays(5)), 0, 50);
    ask("b", NOON.plus(Duration.ofDays(6)), 0, 50);
    assertThat(books.blocks()).containsOnlyKeys("a", "b");
    ask("b", NOON.plus(Duration.ofDays(30)), 0, 50);
    assertThat(books.blocks()).as("the month is over").containsOnlyKeys("b");
  }

  @Test
  void anUnlimitedUserNeedsNoBlockToBeCounted() {
    Settlement settlement = settlement("never-granted", 1, NOON, 0, 15);
    settle(settlement, settlement);
    settle(settlement);
    assertThat(books.spent().tokensPerDay()).isEqualTo(15);
  }

  @Test
  void grantsAndSettlementsOfOnePostingAreStoredTogether() {
    ask("a", NOON, 0, 100);
    Posting posting =
        new Posting(
            "a",
            ++postings,
            NOON,
            MOST,
            day(20),
            day(20),
            Amounts.ZERO,
            List.of(settlement("a", 1, NOON, 50, 30)));
    assertThat(books.decide(posting))
        .hasSize(2)
        .hasExactlyElementsOfTypes(SettlementsRecorded.class, BlockGranted.class);
  }

  private Amounts ask(String block, Instant at, long need, long want) {
    Posting posting = posting(block, at, need, want);
    tell(posting);
    return books.answer(posting).granted();
  }

  private void settle(Settlement... settlements) {
    tell(
        new Posting(
            "a",
            ++postings,
            books.at().isBefore(NOON) ? NOON : books.at(),
            MOST,
            Amounts.ZERO,
            Amounts.ZERO,
            Amounts.ZERO,
            List.of(settlements)));
  }

  private void tell(Posting posting) {
    books.decide(posting).forEach(event -> books = books.apply(event));
  }

  private Posting posting(String block, Instant at, long need, long want) {
    return new Posting(block, ++postings, at, MOST, day(need), day(want), Amounts.ZERO, List.of());
  }

  private static Settlement settlement(
      String block, long number, Instant at, long held, long charged) {
    return new Settlement(
        new Key("resp", "generate", 1),
        new Ticket(block, number),
        at,
        day(held),
        day(charged),
        Amounts.ZERO,
        day(Math.max(0, charged - held)),
        Outcome.USED);
  }

  private static Amounts day(long tokens) {
    return new Amounts(0, 0, tokens, 0);
  }
}
