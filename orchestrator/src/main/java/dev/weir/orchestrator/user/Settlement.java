package dev.weir.orchestrator.user;

import java.time.Instant;

/**
 * The true count of one reservation, as the ledger keeps it.
 *
 * @param at when the reservation was made: the charge falls in those windows
 * @param held what the reservation had taken from its block
 * @param kept what of it stays in the block for further reservations; the rest returns
 * @param overrun the charge beyond the reservation
 */
public record Settlement(
    Key key,
    Ticket ticket,
    Instant at,
    Amounts held,
    Amounts charged,
    Amounts kept,
    Amounts overrun,
    Outcome outcome) {

  /** Why the charge is what it is. */
  public enum Outcome {
    USED,
    UNKNOWN,
    NOTHING,
    /** The holder is gone, or ended without settling: charged in full. */
    LOST
  }

  static Settlement of(Key key, Reservation reservation, Charge charge, Outcome outcome) {
    Amounts charged = charge.on(reservation);
    return new Settlement(
        key,
        reservation.ticket(),
        reservation.at(),
        reservation.held(),
        charged,
        Amounts.ZERO,
        charged.minus(reservation.reserved()).positive(),
        outcome);
  }

  static Outcome outcome(Charge charge) {
    return switch (charge) {
      case Charge.Used used -> Outcome.USED;
      case Charge.Unknown unknown -> Outcome.UNKNOWN;
      case Charge.Nothing nothing -> Outcome.NOTHING;
    };
  }

  /** What was held and is not charged. */
  Amounts refund() {
    return held.minus(charged).positive();
  }

  /** What is charged and was not held. */
  Amounts excess() {
    return charged.minus(held).positive();
  }

  Settlement keeping(Amounts amounts) {
    return new Settlement(key, ticket, at, held, charged, amounts, overrun, outcome);
  }
}
