package dev.weir.orchestrator.user;

import java.time.Instant;
import java.util.List;

/**
 * All that an incarnation of the user has to tell its ledger at one moment. It sends the next one
 * after the answer to this one, and this one again, unchanged, when no answer comes.
 *
 * @param number 1, 2, … within the block
 * @param most the budgets
 * @param need without this much in every meter a grant is of no use
 * @param want the grant wished for
 * @param handBack what leaves the block unused
 */
public record Posting(
    String block,
    long number,
    Instant at,
    Amounts most,
    Amounts need,
    Amounts want,
    Amounts handBack,
    List<Settlement> settlements) {

  public Posting {
    settlements = List.copyOf(settlements);
  }

  /**
   * The answer, given when all of the posting is durable.
   *
   * @param at the ledger's time, perhaps ahead of the posting's
   * @param spent what all settlements charged in the windows of {@code at}
   * @param held what all blocks hold
   * @param overrun the part of {@code spent} that was beyond its reservation
   */
  public record Posted(
      long number, Instant at, Amounts granted, Amounts spent, Amounts held, Amounts overrun) {}
}
