package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is durable in a {@link BudgetWorld} and what was ever issued, and the invariants between the
 * two: judged by these alone, never by what the user believes.
 */
final class BudgetEvidence {

  private final Limits limits;
  private final Map<Ticket, Settlement> recorded = new HashMap<>();
  private final Map<Ticket, Reservation> issued = new LinkedHashMap<>();
  private Books journal = Books.EMPTY;
  private Amounts largest = Amounts.ZERO;
  private int overruns;
  private int lost;

  BudgetEvidence(Limits limits) {
    this.limits = limits;
  }

  /** A reservation of this size was asked for. */
  void asked(Demand demand) {
    largest = largest.max(limits.bounded(demand.worst()).min(limits.most()));
  }

  /** A reservation was granted; whether for the first time. */
  boolean issued(Reservation reservation) {
    return issued.put(reservation.ticket(), reservation) == null;
  }

  void store(LedgerEvent event) {
    journal = journal.apply(event);
    if (event instanceof SettlementsRecorded settlements) {
      settlements.settlements().forEach(this::store);
    }
  }

  private void store(Settlement settlement) {
    Settlement before = recorded.put(settlement.ticket(), settlement);
    assertThat(before).as("a settlement counts once").isNull();
    overruns += settlement.overrun().none() ? 0 : 1;
    lost += settlement.outcome() == Settlement.Outcome.LOST ? 1 : 0;
  }

  Books journal() {
    return journal;
  }

  @Nullable Settlement recorded(Ticket ticket) {
    return recorded.get(ticket);
  }

  int overruns() {
    return overruns;
  }

  int lost() {
    return lost;
  }

  /** What must hold after every step. */
  void check() {
    Amounts spent = Amounts.ZERO;
    Amounts over = Amounts.ZERO;
    Amounts open = unsettled();
    for (Reservation reservation : issued.values()) {
      Settlement settlement = recorded.get(reservation.ticket());
      if (settlement != null) {
        spent = spent.plus(settlement.charged().still(reservation.at(), journal.at()));
        over = over.plus(settlement.overrun().still(reservation.at(), journal.at()));
      }
    }
    assertThat(limits.most().plus(limits.bounded(over)).covers(limits.bounded(spent.plus(open))))
        .as("reserved %s and charged %s within %s, over by %s", open, spent, limits, over)
        .isTrue();
    assertThat(journal.spent()).isEqualTo(spent);
    assertThat(journal.overrun()).isEqualTo(over);
    checkBlocks();
  }

  private void checkBlocks() {
    for (String block : journal.blocks().keySet()) {
      Amounts idle = idle(block);
      assertThat(idle.covers(Amounts.ZERO)).as("%s backs its reservations", block).isTrue();
      assertThat(blockAtMost().covers(idle))
          .as("%s has idle %s: more than one block", block, idle)
          .isTrue();
    }
    assertThat(issued.values())
        .filteredOn(one -> !recorded.containsKey(one.ticket()))
        .filteredOn(one -> !one.held().still(one.at(), journal.at()).none())
        .allMatch(one -> journal.blocks().containsKey(one.ticket().block()));
  }

  /** What a block holds beyond its open reservations. */
  Amounts idle(String id) {
    Block block = journal.blocks().get(id);
    Amounts held = block == null ? Amounts.ZERO : block.held();
    return held.minus(unsettled(reservation -> reservation.ticket().block().equals(id)));
  }

  /** What reservations hold that nobody will ever settle. */
  Amounts unsettled() {
    return unsettled(reservation -> true);
  }

  private Amounts unsettled(Predicate<Reservation> which) {
    return issued.values().stream()
        .filter(reservation -> !recorded.containsKey(reservation.ticket()))
        .filter(which)
        .map(reservation -> reservation.held().still(reservation.at(), journal.at()))
        .reduce(Amounts.ZERO, Amounts::plus);
  }

  Amounts blockAtMost() {
    return limits.block().max(largest);
  }
}
