package dev.weir.orchestrator.user;

/**
 * The most a user may have under way and may spend in each window.
 *
 * @param concurrentRuns runs at once; {@link #UNLIMITED} where there is no limit
 * @param most the budget of each meter; {@link #UNLIMITED} where there is none
 */
public record Limits(long concurrentRuns, Amounts most) {

  public static final long UNLIMITED = Long.MAX_VALUE;

  public static final Limits NONE =
      new Limits(UNLIMITED, new Amounts(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED));

  /** A block is this part of the window's budget: 2 %. */
  private static final long BLOCKS_PER_WINDOW = 50;

  public boolean bounds(Meter meter) {
    return most.get(meter) != UNLIMITED;
  }

  /** The part of {@code amounts} that a limit applies to; zero for every unlimited meter. */
  Amounts bounded(Amounts amounts) {
    return Amounts.of(meter -> bounds(meter) ? amounts.get(meter) : 0);
  }

  /** How large a block is when every reservation is smaller than one. */
  Amounts block() {
    return Amounts.of(meter -> bounds(meter) ? most.get(meter) / BLOCKS_PER_WINDOW : 0);
  }
}
