package dev.weir.orchestrator.user;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;

/** The answer to a {@link User.Reserve}; the same key always gets the same answer. */
public sealed interface Admission extends WireMessage {

  Key key();

  RateLimits limits();

  /**
   * Go on, and bring the reservation back with {@link User.Settle}.
   *
   * @param outputCap the output paid for: as wanted, or what is left of the budget
   */
  record Granted(Key key, long outputCap, Reservation reservation, RateLimits limits)
      implements Admission {}

  /** Nothing is set aside. */
  record Refused(Key key, WeirError error, RateLimits limits) implements Admission {}
}
