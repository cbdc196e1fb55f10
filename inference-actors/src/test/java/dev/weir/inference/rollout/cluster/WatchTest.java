package dev.weir.inference.rollout.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.Evaluator;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Verdict;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final long WINDOW = Duration.ofMinutes(1).toNanos();
  private static final long BEGAN = 5;
  private static final List<Seen> GOOD = calls(new Seen(200_000_000, Verdict.RIGHT));

  private final Watch watch =
      new Watch(
          new Canary(
              "new",
              new Canary.Bounds(List.of(1, 10, 100), Duration.ofMinutes(1), 20, 1.25, 0.02),
              Evaluator.NONE,
              1,
              ""),
          BEGAN);

  private static List<Seen> calls(Seen seen) {
    return Collections.nCopies(20, seen);
  }

  @Test
  void itGoesOnWhenTheWindowIsOverAndNotBefore() {
    watch.saw(GOOD, GOOD);
    assertThat(watch.decide(BEGAN + WINDOW - 1)).isEmpty();
    assertThat(watch.decide(BEGAN + WINDOW)).contains(new Decision.GoOn(2));
  }

  @Test
  void theWindowIsLongerWhileThereAreTooFewCallsOfEither() {
    watch.saw(GOOD, List.of());
    assertThat(watch.decide(BEGAN + 3 * WINDOW)).isEmpty();
    watch.saw(List.of(), GOOD);
    assertThat(watch.decide(BEGAN + 3 * WINDOW)).contains(new Decision.GoOn(2));
  }

  @Test
  void aFaultDoesNotWaitForTheWindow() {
    watch.saw(calls(new Seen(-1, Verdict.FAILED)), GOOD);
    assertThat(watch.decide(BEGAN))
        .hasValueSatisfying(
            decision ->
                assertThat((String) decision.value())
                    .startsWith("fails more often: 20 of 20 times, the others 0 of 20"));
  }

  @Test
  void whatCouldNotBeWrittenIsDecidedNoOtherWayAndWrittenLater() {
    watch.saw(GOOD, GOOD);
    Decision decided = watch.decide(BEGAN + WINDOW).orElseThrow();
    assertThat(watch.decide(BEGAN + 2 * WINDOW)).as("while it is being written").isEmpty();
    watch.notBefore(BEGAN + 3 * WINDOW);
    watch.saw(calls(new Seen(-1, Verdict.FAILED)), GOOD);
    assertThat(watch.decide(BEGAN + 3 * WINDOW - 1)).isEmpty();
    assertThat(watch.decide(BEGAN + 3 * WINDOW)).contains(decided);
  }
}
