package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DemandTest {

  private static final Price PRICE = new Price(150_000_001, 600_000_007, 30_000_000);

  @Test
  void theLargestOutputIsTheLargestThatFits() {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      long least = random.nextInt(10);
      Demand demand = new Demand(random.nextInt(100), least + random.nextInt(90), least, PRICE);
      Limits limits = new Limits(1, new Amounts(Limits.UNLIMITED, 1000, Limits.UNLIMITED, 1000));
      Amounts left =
          new Amounts(0, random.nextInt(300), 0, random.nextInt(100_000))
              .max(limits.bounded(demand.least()));
      long largest = demand.largestOutput(limits, left);
      assertThat(largest).isBetween(least, demand.outputTokens());
      assertThat(left.covers(limits.bounded(demand.worst(largest)))).isTrue();
      assertThat(
              largest == demand.outputTokens()
                  || !left.covers(limits.bounded(demand.worst(largest + 1))))
          .isTrue();
    }
  }

  @Test
  void whatCannotBeCountedIsNoDemand() {
    assertThatThrownBy(() -> new Demand(-1, 1, 1, PRICE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Demand(1, 1, 2, PRICE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Demand(Long.MAX_VALUE / 2, 1, 1, PRICE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void usageIsChargedAtItsPriceRoundedUp() {
    Charge used = new Charge.Used(new Usage(10, 4, 3, 0));
    assertThat(used.on(reservation())).isEqualTo(new Amounts(1, 13, 13, 2821));
  }

  @Test
  void usageThatCannotBeTrueChargesTheReservation() {
    for (Usage usage :
        new Usage[] {
          new Usage(-5, 0, 1, 0),
          new Usage(5, 6, 1, 0),
          new Usage(5, -1, 1, 0),
          new Usage(5, 0, -1, 0),
          new Usage(5, 0, Long.MAX_VALUE, 0),
          new Usage(Charge.IMPLAUSIBLE - 1, 0, 1, 0)
        }) {
      assertThat(new Charge.Used(usage).on(reservation()))
          .as("%s", usage)
          .isEqualTo(reservation().reserved());
    }
  }

  private static Reservation reservation() {
    Amounts reserved = new Amounts(1, 50, 50, 9_999);
    return new Reservation(new Ticket("b", 1), Instant.EPOCH, reserved, reserved, PRICE);
  }
}
