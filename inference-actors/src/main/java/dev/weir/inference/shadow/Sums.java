package dev.weir.inference.shadow;

import dev.weir.cluster.serialization.WireMessage;
import java.util.EnumMap;
import java.util.Map;

/**
 * What comparisons came to, all together. Immutable; sums of several nodes add up.
 *
 * @param outcomes how many calls had which
 * @param similarity the sum over the calls that both answered
 * @param shown of what was shown, over the calls that both answered
 * @param shadow of what the shadow answered to the same
 */
public record Sums(Map<Outcome, Long> outcomes, double similarity, Side shown, Side shadow)
    implements WireMessage {

  public static final Sums NONE = new Sums(Map.of(), 0, Side.NONE, Side.NONE);

  public Sums {
    outcomes = Map.copyOf(outcomes);
  }

  /**
   * One side's.
   *
   * @param firstToken nanoseconds
   * @param took nanoseconds
   * @param tokens of output
   * @param cost nano-USD
   * @param wrong how many answers the evaluator did not take
   */
  public record Side(long firstToken, long took, long tokens, long cost, long wrong)
      implements WireMessage {

    static final Side NONE = new Side(0, 0, 0, 0, 0);

    private static Side of(Answer answer, boolean wrong) {
      return new Side(
          answer.firstToken().toNanos(),
          answer.took().toNanos(),
          answer.usage().outputTokens(),
          answer.cost(),
          wrong ? 1 : 0);
    }

    private Side plus(Side other) {
      return new Side(
          firstToken + other.firstToken,
          took + other.took,
          tokens + other.tokens,
          cost + other.cost,
          wrong + other.wrong);
    }
  }

  /** Of one call that was not compared. */
  public static Sums of(Outcome outcome) {
    return new Sums(Map.of(outcome, 1L), 0, Side.NONE, Side.NONE);
  }

  /** Of one call that was. */
  public static Sums of(Finding finding, Answer shown, Answer shadow) {
    Outcome outcome = finding.outcome();
    return outcome.isPair()
        ? new Sums(
            Map.of(outcome, 1L),
            finding.similarity(),
            Side.of(shown, finding.shownWrong()),
            Side.of(shadow, finding.shadowWrong()))
        : of(outcome);
  }

  public Sums plus(Sums other) {
    Map<Outcome, Long> all = new EnumMap<>(Outcome.class);
    all.putAll(outcomes);
    other.outcomes.forEach((outcome, calls) -> all.merge(outcome, calls, Long::sum));
    return new Sums(
        all, similarity + other.similarity, shown.plus(other.shown), shadow.plus(other.shadow));
  }

  /** How many calls had that outcome. */
  public long count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  /** How many calls both answered. */
  public long pairs() {
    return outcomes.entrySet().stream()
        .filter(entry -> entry.getKey().isPair())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
