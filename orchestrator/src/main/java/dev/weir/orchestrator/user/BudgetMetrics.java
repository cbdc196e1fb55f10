package dev.weir.orchestrator.user;

import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.Admission.Refused;
import dev.weir.orchestrator.user.LedgerEvent.SettlementsRecorded;
import dev.weir.orchestrator.user.Settlement.Outcome;
import kamon.Kamon;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what an operator asks of budgets. Never labelled with a user. */
final class BudgetMetrics {

  private static final Logger LOG = LoggerFactory.getLogger(BudgetMetrics.class);

  private BudgetMetrics() {}

  /** Tells of what has not happened yet, too: the first time would else show as no change. */
  static void begin() {
    count("weir.budget.granted", 0);
    count("weir.budget.lost", 0);
    count("weir.budget.overrun", 0);
  }

  static void answered(Admission admission) {
    switch (admission) {
      case Granted granted -> count("weir.budget.granted", 1);
      case Refused refused ->
          Kamon.counter("weir.budget.refused").withTag("code", refused.error().code()).increment();
    }
  }

  static void stored(LedgerEvent event) {
    if (event instanceof SettlementsRecorded recorded) {
      recorded.settlements().forEach(BudgetMetrics::settled);
    }
  }

  private static void settled(Settlement settlement) {
    if (settlement.outcome() == Outcome.LOST) {
      count("weir.budget.lost", 1);
      LOG.warn("Charged in full, nobody settled it: {}", settlement.key());
    }
    Amounts overrun = settlement.overrun();
    if (!overrun.none()) {
      count("weir.budget.overrun", 1);
      count("weir.budget.overrun.tokens", overrun.tokensPerDay());
      count("weir.budget.overrun.nano-usd", overrun.nanosPerMonth());
      LOG.warn("Charged beyond its reservation: {} by {}", settlement.key(), overrun);
    }
  }

  private static void count(String name, long times) {
    Kamon.counter(name).withoutTags().increment(times);
  }
}
