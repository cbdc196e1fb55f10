package dev.weir.orchestrator.plan;

import dev.weir.inference.catalog.Deployment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The factor on an estimated input that makes it a bound: the deployment's {@code input-margin},
 * raised to the worst ratio that its upstream has reported. One for all steps of a node. Thread
 * safe.
 */
public final class InputMargins {

  /** In a shorter input the chat template weighs more than the words, and tells nothing of them. */
  private static final long TELLING = 1_000;

  /** No tokenizer is that far off; a larger count is a defect of the upstream. */
  private static final double MOST = 8;

  /** Names behind a prefix are the clients' to choose. */
  private static final int NAMES = 1_000;

  private final ConcurrentMap<String, Double> worst = new ConcurrentHashMap<>();

  /** The factor for the next call of {@code deployment}. */
  public double of(Deployment deployment) {
    return Math.max(deployment.inputMargin(), worst.getOrDefault(deployment.name(), 1.0));
  }

  /**
   * The upstream counted {@code reported} tokens where {@code margin} had made it {@code bound}.
   */
  public void seen(Deployment deployment, double margin, long bound, long reported) {
    double ratio = margin * reported / Math.max(1, bound);
    boolean telling = bound >= TELLING && ratio > margin && ratio <= MOST;
    if (telling && (worst.size() < NAMES || worst.containsKey(deployment.name()))) {
      worst.merge(deployment.name(), ratio, Math::max);
    }
  }
}
