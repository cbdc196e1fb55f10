package dev.weir.inference.rollout;

import dev.weir.inference.catalog.Canary;
import java.util.Optional;

/**
 * One step of a rollout: the calls of a canary and of what it may replace, compared while they
 * come. Equal canaries are condemned by chance in at most 2 % of all rollouts: that is shared out
 * among the steps, the looks of each and the criteria of a look (Bonferroni). Looks are taken when
 * the canary's calls have doubled since the last, and at the step's end.
 *
 * <p>Plain state; not thread safe.
 */
public final class Rollout {

  private static final double CHANCE = 0.02;
  private static final int LOOKS = 8;
  private static final int CRITERIA = 3;

  private final Canary.Bounds bounds;
  private final Comparison comparison;
  private final Sample canary = new Sample();
  private final Sample stable = new Sample();
  private int nextLook;
  private int looks;

  /** The beginning of a step. */
  public Rollout(Canary.Bounds bounds) {
    this.bounds = bounds;
    this.nextLook = bounds.leastCalls();
    this.comparison =
        new Comparison(
            bounds.slower(),
            bounds.moreFailures(),
            CHANCE / (bounds.steps().size() * (double) LOOKS * CRITERIA));
  }

  /** A call of the canary, or of one of the others. */
  public void saw(boolean ofCanary, Seen seen) {
    (ofCanary ? canary : stable).add(seen);
  }

  /** Why the canary must go; empty while nothing speaks against it, or it is too soon to tell. */
  public Optional<Fault> fault() {
    if (canary.calls() < nextLook || stable.calls() < bounds.leastCalls() || looks >= LOOKS - 1) {
      return Optional.empty();
    }
    nextLook = 2 * canary.calls();
    looks++;
    return comparison.fault(canary, stable);
  }

  /** The last look, for when the step's time is over. */
  public Optional<Fault> lastFault() {
    return comparison.fault(canary, stable);
  }

  /** Whether there are enough calls to let the canary go on once its time is over. */
  public boolean hasEnough() {
    return canary.calls() >= bounds.leastCalls() && stable.calls() >= bounds.leastCalls();
  }
}
