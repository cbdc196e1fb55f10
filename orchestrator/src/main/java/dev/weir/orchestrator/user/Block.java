package dev.weir.orchestrator.user;

import java.time.Instant;

/**
 * The ledger's page for one incarnation of the user.
 *
 * @param held granted, and neither charged nor returned; after a crash it is spent for its windows,
 *     but for what settlements prove
 * @param settled the numbers of the reservations that are settled
 * @param posting the last posting that moved the block, and so must not move it again
 * @param granted what that posting was granted
 * @param touched when a posting or a settlement last changed this page
 */
public record Block(Amounts held, Ranges settled, long posting, Amounts granted, Instant touched) {

  static Block opened(Instant at) {
    return new Block(Amounts.ZERO, Ranges.EMPTY, 0, Amounts.ZERO, at);
  }

  Block granted(long number, Amounts amounts, Instant at) {
    return new Block(held.plus(amounts), settled, number, amounts, at);
  }

  Block returned(long number, Amounts amounts, Instant at) {
    return new Block(held.minus(amounts), settled, number, Amounts.ZERO, at);
  }

  Block settled(Settlement settlement, Instant now) {
    Amounts released = settlement.held().minus(settlement.kept()).still(settlement.at(), now);
    return new Block(
        held.minus(released), settled.with(settlement.ticket().number()), posting, granted, now);
  }

  Block at(Instant then, Instant now) {
    return new Block(held.still(then, now), settled, posting, granted, touched);
  }
}
