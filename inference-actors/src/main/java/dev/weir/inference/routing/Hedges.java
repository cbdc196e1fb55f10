package dev.weir.inference.routing;

import dev.weir.inference.catalog.Model;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Second calls that race a first one which is slow to speak (Dean and Barroso, "The Tail at Scale",
 * 2013): for models that ask for it, and only for a share of their calls. Not thread safe.
 */
final class Hedges {

  private final LongSupplier nanos;
  private final Map<String, RetryBudget> budgets = new HashMap<>();

  Hedges(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** How long the first one has to speak; null for ever. */
  @Nullable Duration after(Model model) {
    return model.hedge() == null ? null : model.hedge().after();
  }

  boolean allows(Model model) {
    return model.hedge() != null && of(model, model.hedge()).allows();
  }

  /** A call for that purpose is made. */
  void count(Model model, Purpose purpose) {
    if (model.hedge() != null) {
      RetryBudget budget = of(model, model.hedge());
      switch (purpose) {
        case ANSWER, GO_ON -> budget.called();
        case HEDGE -> budget.retried();
      }
    }
  }

  private RetryBudget of(Model model, Model.Hedge hedge) {
    return budgets.computeIfAbsent(model.name(), name -> new RetryBudget(hedge.share(), 1, nanos));
  }
}
