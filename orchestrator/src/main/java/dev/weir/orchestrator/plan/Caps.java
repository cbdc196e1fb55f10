package dev.weir.orchestrator.plan;

import dev.weir.inference.catalog.Price;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one request may take in all, in tokens and in money, over all its attempts and steps. An
 * attempt takes its worst case before it is made and brings back what it did not use. What is left
 * is shared by the steps that have not begun, so that the first does not take it all. Thread safe.
 */
public final class Caps {

  private record Part(long tokens, long cost) {}

  private final @Nullable Long tokens;
  private final @Nullable Long cost;
  private final Map<String, Part> held = new HashMap<>();
  private final Set<String> begun = new HashSet<>();
  private int steps = 1;
  private long tokensTaken;
  private long costTaken;

  /**
   * Bounds for one request; null for none.
   *
   * @param cost in nano-USD
   */
  Caps(@Nullable Long tokens, @Nullable Long cost) {
    this.tokens = tokens;
    this.cost = cost;
  }

  /** The request is made of so many steps. */
  public synchronized void expect(int number) {
    steps = number;
  }

  /**
   * Takes the worst case of an attempt: returns how much output it may have, up to {@code output};
   * 0 where there is no room for any, and then nothing is taken.
   */
  synchronized int take(String step, int attempt, long input, int output, Price price) {
    if (tokens == null && cost == null) {
      return output;
    }
    int shares = Math.max(1, steps - begun.size() + (begun.contains(step) ? 1 : 0));
    int fits = output;
    if (tokens != null) {
      fits = (int) Math.max(0, Math.min(fits, share(tokens, tokensTaken, shares) - input));
    }
    if (cost != null) {
      fits = affordable(input, fits, share(cost, costTaken, shares), price);
    }
    if (fits > 0) {
      begun.add(step);
      hold(step + "/" + attempt, new Part(input + fits, price.atMost(input, fits)));
    }
    return fits;
  }

  /** What an attempt really took; the rest of its part is free. Told again it means nothing. */
  synchronized void took(String step, int attempt, long tokensUsed, long costUsed) {
    Part part = held.remove(step + "/" + attempt);
    if (part != null) {
      tokensTaken += tokensUsed - part.tokens();
      costTaken += costUsed - part.cost();
    }
  }

  private void hold(String attempt, Part part) {
    held.put(attempt, part);
    tokensTaken += part.tokens();
    costTaken += part.cost();
  }

  private static long share(long of, long taken, int shares) {
    return Math.max(0, of - taken) / shares;
  }

  /** The most output that can be paid, found by halving: costs are rounded. */
  private static int affordable(long input, int output, long money, Price price) {
    if (price.atMost(input, output) <= money) {
      return output;
    }
    int low = 0;
    int high = output;
    while (high - low > 1) {
      int middle = low + (high - low) / 2;
      if (price.atMost(input, middle) <= money) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
