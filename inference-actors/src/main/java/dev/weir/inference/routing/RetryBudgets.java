package dev.weir.inference.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A {@link RetryBudget} per user and one per deployment: a retry needs both, so that neither a
 * failing upstream nor one user's failing calls spend what is others'. Of users and deployments
 * those are remembered that called last. Not thread safe.
 */
final class RetryBudgets {

  private static final int MOST = 10_000;

  private final RetrySettings settings;
  private final LongSupplier nanos;
  private final Map<String, RetryBudget> users = new Recent();
  private final Map<String, RetryBudget> deployments = new Recent();

  RetryBudgets(RetrySettings settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
  }

  /** The first call of a deployment for one answer. */
  void called(String user, String deployment) {
    of(users, user).called();
    of(deployments, deployment).called();
  }

  /** Whether both allow one more call of a deployment that has failed. */
  boolean allow(String user, String deployment) {
    return of(users, user).allows() && of(deployments, deployment).allows();
  }

  /** One more call of a deployment that has failed. */
  void retried(String user, String deployment) {
    of(users, user).retried();
    of(deployments, deployment).retried();
  }

  private RetryBudget of(Map<String, RetryBudget> budgets, String name) {
    return budgets.computeIfAbsent(
        name, first -> new RetryBudget(settings.share(), settings.reserve(), nanos));
  }

  private static final class Recent extends LinkedHashMap<String, RetryBudget> {

    private static final long serialVersionUID = 1;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, RetryBudget> eldest) {
      return size() > MOST;
    }
  }
}
