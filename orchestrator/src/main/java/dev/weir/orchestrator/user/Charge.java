package dev.weir.orchestrator.user;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;

/** What an attempt turned out to cost. */
public sealed interface Charge {

  /** No model call has as many tokens: a count beyond it is a defect of the upstream. */
  long IMPLAUSIBLE = 1L << 40;

  /** The upstream told its usage. Where that cannot be true, it counts as {@link Unknown}. */
  record Used(Usage usage) implements Charge {}

  /** The upstream was called and told nothing: the reservation is charged. */
  record Unknown() implements Charge {}

  /** The upstream was never called: nothing is charged, not even the request. */
  record Nothing() implements Charge {}

  /** The charge of this for {@code reservation}. */
  default Amounts on(Reservation reservation) {
    return switch (this) {
      case Used(Usage usage) -> used(usage, reservation);
      case Unknown() -> reservation.reserved();
      case Nothing() -> Amounts.ZERO;
    };
  }

  private static Amounts used(Usage usage, Reservation reservation) {
    boolean plausible =
        usage.outputTokens() >= 0
            && usage.cachedInputTokens() >= 0
            && usage.inputTokens() >= usage.cachedInputTokens()
            && usage.inputTokens() < IMPLAUSIBLE
            && usage.outputTokens() < IMPLAUSIBLE;
    return plausible ? priced(usage, reservation) : reservation.reserved();
  }

  private static Amounts priced(Usage usage, Reservation reservation) {
    Price price = reservation.price();
    try {
      return Amounts.request(usage.totalTokens(), price.of(usage));
    } catch (ArithmeticException tooLarge) {
      return reservation.reserved();
    }
  }
}
