package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long now = -5 * SECOND;
  private final RetryBudget budget = new RetryBudget(0.1, 3, () -> now);

  @Test
  void withoutCallsTheReserveIsAllThereIs() {
    assertThat(retries(10)).isEqualTo(3);
  }

  @Test
  void callsOfTheLastTenSecondsPayForATenthOfThemAndOlderOnesDoNot() {
    for (int call = 0; call < 100; call++) {
      budget.called();
    }
    now += 9 * SECOND;
    assertThat(retries(50)).isEqualTo(13);
    now += 1 * SECOND;
    assertThat(retries(50)).as("the calls are forgotten, their retries are not").isZero();
    now += 10 * SECOND;
    assertThat(retries(50)).isEqualTo(3);
  }

  @Test
  void whatItAllowsIsWhatCountingEverythingAgainWouldAllow() {
    Random random = new Random(7);
    List<Long> calls = new ArrayList<>();
    List<Long> retries = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      now += (long) (random.nextDouble() * random.nextInt(2) * SECOND);
      if (random.nextInt(3) > 0) {
        budget.called();
        calls.add(now);
      } else {
        boolean allowed = recent(retries) + 1 <= 3 + 0.1 * recent(calls);
        assertThat(budget.allows()).isEqualTo(allowed);
        if (allowed) {
          budget.retried();
          retries.add(now);
        }
      }
    }
    assertThat(retries).hasSizeGreaterThan(100);
  }

  private long recent(List<Long> times) {
    long second = Math.floorDiv(now, SECOND);
    return times.stream().filter(time -> second - Math.floorDiv(time, SECOND) < 10).count();
  }

  private int retries(int asked) {
    int made = 0;
    for (int retry = 0; retry < asked; retry++) {
      if (budget.allows()) {
        budget.retried();
        made++;
      }
    }
    return made;
  }
}
