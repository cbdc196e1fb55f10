package dev.weir.orchestrator.user;

import dev.weir.orchestrator.user.Posting.Posted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one incarnation of the user may reserve from, at one time. Immutable.
 *
 * @param at the time, which never goes back
 * @param free the part of the block that no reservation holds
 * @param arriving asked of the ledger, or kept from settlements it has not recorded yet
 * @param spent charged in the current windows, as the ledger last told
 * @param held by all blocks, as the ledger last told
 */
record Balance(Instant at, Amounts free, Amounts arriving, Amounts spent, Amounts held) {

  static Balance opened(Instant at) {
    return new Balance(at, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO, Amounts.ZERO);
  }

  /** This at {@code now}: what belongs to an ended window is gone. */
  Balance at(Instant now) {
    return now.isAfter(at)
        ? new Balance(
            now,
            free.still(at, now),
            arriving.still(at, now),
            spent.still(at, now),
            held.still(at, now))
        : this;
  }

  Balance take(Amounts amounts) {
    return new Balance(at, free.minus(amounts), arriving, spent, held);
  }

  Balance awaiting(Amounts amounts) {
    return new Balance(at, free, arriving.plus(amounts), spent, held);
  }

  /** After the answer to {@code posting}: its grant and the refunds it kept have arrived. */
  Balance posted(Posting posting, Posted posted) {
    Balance now = at(posted.at());
    Amounts expected = posting.want().still(posting.at(), now.at);
    Amounts arrived = posted.granted().still(posted.at(), now.at);
    for (Settlement settlement : posting.settlements()) {
      Amounts kept = settlement.kept().still(settlement.at(), now.at);
      expected = expected.plus(kept);
      arrived = arrived.plus(kept);
    }
    return new Balance(
        now.at,
        now.free.plus(arrived),
        now.arriving.minus(expected),
        posted.spent().still(posted.at(), now.at),
        posted.held().still(posted.at(), now.at));
  }

  /** The free part; less, where an overrun has eaten more than the ledger had left. */
  Amounts spendable(Limits limits) {
    return free.plus(atLedger(limits).min(Amounts.ZERO));
  }

  /** What the ledger has neither charged nor granted; below zero after an overrun. */
  Amounts atLedger(Limits limits) {
    return limits.most().minus(spent).minus(held);
  }

  /** The part of {@code amounts} that belongs to the settlement's still open windows. */
  Amounts current(Settlement settlement, Amounts amounts) {
    return amounts.still(settlement.at(), at);
  }

  /** What is missing to {@code amounts}, counting what is on its way. */
  Amounts missing(Amounts amounts) {
    return amounts.minus(free).minus(arriving).positive();
  }

  /** The meters as a caller reads them; the unlimited ones only if {@code all}. */
  List<Quota> quotas(Limits limits, boolean all) {
    Amounts remaining = atLedger(limits).plus(free).positive();
    List<Quota> quotas = new ArrayList<>();
    for (Meter meter : Meter.values()) {
      if (all || limits.bounds(meter)) {
        quotas.add(
            new Quota(
                meter,
                limits.most().get(meter),
                spent.get(meter),
                limits.bounds(meter) ? remaining.get(meter) : Limits.UNLIMITED,
                Duration.between(at, meter.span().end(at))));
      }
    }
    return quotas;
  }
}
