package dev.weir.inference.rollout;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.FisherExactTest;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Tells whether a canary is worse than what it may replace: slower to its first token (Mann and
 * Whitney's U test against times that are still accepted), or more often failing or wrong (Fisher's
 * exact test, and a difference past its bound). Neither chance nor a difference nobody minds ends a
 * rollout.
 *
 * @param slower the ratio of the times that is still accepted, such as 1.25
 * @param more the difference of the shares of failed or wrong answers that is still accepted
 * @param chance the probability with which one look may condemn an equal canary, for each of the
 *     three
 */
record Comparison(double slower, double more, double chance) {

  private static final MannWhitneyUTest TIMES =
      MannWhitneyUTest.withDefaults().with(AlternativeHypothesis.GREATER_THAN);
  private static final FisherExactTest SHARES =
      FisherExactTest.withDefaults().with(AlternativeHypothesis.GREATER_THAN);

  /** Why the canary is worse; empty when it cannot be said to be. */
  Optional<Fault> fault(Sample canary, Sample stable) {
    return times(canary, stable)
        .or(
            () ->
                share(
                    Fault.Kind.FAILS,
                    canary.failed(),
                    canary.calls(),
                    stable.failed(),
                    stable.calls()))
        .or(
            () ->
                share(
                    Fault.Kind.WRONG,
                    canary.wrong(),
                    canary.judged(),
                    stable.wrong(),
                    stable.judged()));
  }

  private Optional<Fault> times(Sample canary, Sample stable) {
    double[] ofCanary = canary.times();
    double[] ofStable = stable.times();
    if (ofCanary.length == 0 || ofStable.length == 0) {
      return Optional.empty();
    }
    double[] accepted = Arrays.stream(ofStable).map(time -> slower * time).toArray();
    double p = TIMES.test(ofCanary, accepted).getPValue();
    return p <= chance
        ? Optional.of(
            new Fault(
                Fault.Kind.SLOWER,
                String.format(
                    Locale.ROOT,
                    "slower: its first token takes %.0f ms, that of the others %.0f ms (p = %.1e)",
                    canary.median() / 1e6,
                    stable.median() / 1e6,
                    p)))
        : Optional.empty();
  }

  private Optional<Fault> share(Fault.Kind kind, int bad, int all, int stableBad, int stableAll) {
    if (all == 0 || stableAll == 0 || (double) bad / all <= (double) stableBad / stableAll + more) {
      return Optional.empty();
    }
    int[][] table = {{bad, all - bad}, {stableBad, stableAll - stableBad}};
    double p = SHARES.test(table).getPValue();
    return p <= chance
        ? Optional.of(
            new Fault(
                kind,
                String.format(
                    Locale.ROOT,
                    "%s more often: %d of %d times, the others %d of %d (p = %.1e)",
                    kind == Fault.Kind.FAILS ? "fails" : "is wrong",
                    bad,
                    all,
                    stableBad,
                    stableAll,
                    p)))
        : Optional.empty();
  }
}
