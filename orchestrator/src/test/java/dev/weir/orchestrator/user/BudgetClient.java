package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.user.Admission.Granted;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link BudgetWorld}: one attempt of one response.
 *
 * <pre>
 * asking   → working   on the first grant that is heard
 * asking   → done      on a refusal
 * asking   → settling  on finish: it gave up waiting
 * working  → settling  on finish: it knows what it cost
 * settling → done      when told that it is stored
 * any      → dead      with its node, unless it is settling
 * </pre>
 */
final class BudgetClient {

  private final BudgetWorld world;
  private final Random random;
  final Key key;
  final Demand demand;
  private boolean asking = true;
  private boolean dead;
  private @Nullable Reservation reservation;
  private @Nullable Ticket ticket;
  private @Nullable Charge charge;

  BudgetClient(BudgetWorld world, Key key) {
    this.world = world;
    this.random = world.random;
    this.key = key;
    long output = random.nextLong(1, 401);
    this.demand =
        new Demand(
            random.nextInt(200),
            output,
            random.nextBoolean() ? 1 : output,
            new Price(150_000_000, 600_000_000, 30_000_000));
  }

  /** Tells the user what it wants now; again, if it was told before. */
  void tell() {
    if (dead) {
      return;
    }
    if (asking) {
      world.send(() -> world.onReserve(this));
    } else if (charge != null) {
      Reservation ours = reservation;
      Charge told = charge;
      world.send(
          () -> {
            world.onSettle(this, ours, told);
            world.onEndRun(this);
          });
    }
  }

  void hear(Admission admission) {
    if (dead) {
      return;
    }
    if (admission instanceof Granted late && !asking) {
      // An answer that was not waited for any more goes back unused.
      if (!late.reservation().ticket().equals(ticket)) {
        world.send(() -> world.onSettle(this, late.reservation(), new Charge.Nothing()));
      }
    } else if (asking) {
      asking = false;
      if (admission instanceof Granted answer) {
        reservation = answer.reservation();
        ticket = reservation.ticket();
      }
    }
  }

  void finish() {
    if (dead || charge != null) {
      return;
    }
    if (asking) {
      asking = false;
      charge = new Charge.Nothing();
    } else if (reservation != null) {
      charge = anyCharge(reservation);
    }
    tell();
  }

  private Charge anyCharge(Reservation ours) {
    return switch (random.nextInt(8)) {
      case 0 -> new Charge.Unknown();
      case 1 -> new Charge.Nothing();
      case 2 -> {
        long tokens = ours.reserved().tokensPerDay() + random.nextInt(300);
        yield new Charge.Used(new Usage(tokens, 0, 1, 0));
      }
      default -> {
        long tokens = ours.reserved().tokensPerDay();
        long input = random.nextLong(Math.min(tokens, demand.inputTokens()) + 1);
        yield new Charge.Used(new Usage(input, input / 2, random.nextLong(tokens - input + 1), 0));
      }
    };
  }

  /** The ledger has recorded {@code settled}: whoever settles with it will be told. */
  void recorded(Ticket settled) {
    Reservation ours = reservation;
    Charge told = charge;
    if (ours != null && told != null && ours.ticket().equals(settled)) {
      world.send(() -> acknowledged(told, ours));
    }
  }

  void acknowledged(Charge told, @Nullable Reservation ours) {
    if (charge == null
        || reservation == null
        || !reservation.equals(ours)
        || !charge.equals(told)) {
      return;
    }
    Settlement durable = world.evidence.recorded(reservation.ticket());
    assertThat(durable).as("acknowledged means stored").isNotNull();
    assertThat(durable.charged()).isEqualTo(charge.on(reservation));
    charge = null;
    reservation = null;
  }

  /** Dies, unless it is dead or has something to settle; whether it did. */
  boolean dies() {
    boolean dying = !dead && charge == null;
    dead |= dying;
    return dying;
  }

  boolean isDead() {
    return dead;
  }

  /** Whether it may still do something. */
  boolean isBusy() {
    return !dead && (asking || reservation != null);
  }
}
