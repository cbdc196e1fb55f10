package dev.weir.orchestrator.user;

import dev.weir.orchestrator.user.Posting.Posted;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The block of one incarnation under the limits of its user: what may be taken, what may stay, and
 * how much more to ask for.
 *
 * <p>What is free, asked for and kept together is at most one block, so a crash wastes no more:
 * {@code block = max(latest reservation, 2 % of the window's budget)}. Confined to its {@link
 * Account}.
 */
final class Purse {

  private Balance balance;
  private Limits limits = Limits.NONE;
  private Amounts latest = Amounts.ZERO;
  private boolean low;

  /** A grant to wish for; less than {@code need} is of no use. */
  record Ask(Amounts need, Amounts want) {
    static final Ask NOTHING = new Ask(Amounts.ZERO, Amounts.ZERO);
  }

  Purse(Instant now) {
    this.balance = Balance.opened(now);
  }

  Balance balance() {
    return balance;
  }

  Limits limits() {
    return limits;
  }

  void limits(Limits newLimits) {
    limits = newLimits;
  }

  /** Moves on to {@code now}; tells whether any window has ended. */
  boolean advance(Instant now) {
    Instant before = balance.at();
    balance = balance.at(now);
    return !Span.MINUTE.same(before, balance.at());
  }

  /** What can be reserved now. */
  Amounts left() {
    return balance.spendable(limits);
  }

  /** Sets {@code reserved} aside; tells which part came out of the block. */
  Amounts take(Amounts reserved) {
    latest = limits.bounded(reserved);
    balance = balance.take(latest);
    low = !balance.free().plus(balance.free()).covers(block());
    return latest;
  }

  /** Lets as much of the refund stay as the block has room for, once the ledger has recorded it. */
  Settlement keep(Settlement settlement) {
    Amounts refund = limits.bounded(balance.current(settlement, settlement.refund()));
    Amounts kept = refund.min(balance.missing(block()));
    balance = balance.awaiting(kept);
    return settlement.keeping(kept);
  }

  /** Whether the charge eats into what was not reserved for it. */
  boolean exceeds(Settlement settlement) {
    return !limits.bounded(balance.current(settlement, settlement.excess())).none();
  }

  /** Enough for who waits; for nobody, a block when less than half of one is left. */
  Ask ask(@Nullable Demand waiting) {
    boolean refill = low;
    low = false;
    if (waiting != null) {
      Amounts worst = limits.bounded(waiting.worst());
      return new Ask(
          balance.missing(limits.bounded(waiting.least())), balance.missing(block().max(worst)));
    }
    Amounts available = balance.atLedger(limits).positive();
    return refill ? new Ask(Amounts.ZERO, balance.missing(block()).min(available)) : Ask.NOTHING;
  }

  void sent(Posting posting) {
    balance = balance.awaiting(posting.want()).take(posting.handBack());
  }

  void posted(Posting posting, Posted posted) {
    balance = balance.posted(posting, posted);
  }

  RateLimits rateLimits() {
    return new RateLimits(balance.quotas(limits, false));
  }

  List<Quota> quotas() {
    return balance.quotas(limits, true);
  }

  private Amounts block() {
    return limits.block().max(limits.bounded(latest)).min(limits.most());
  }
}
