package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Features;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a router tells of a canary and of the others. */
class RouterCanaryTest extends RouterBench {

  @Test
  void whatCallsOfACanaryAndOfTheOthersCameToIsToldOnceASecond() {
    routing("fast { deployments = [sim], canary { deployment = extract, steps = [50, 100] } }");
    Map<String, Trial> trials = new HashMap<>();
    for (int user = 0; user < 20; user++) {
      InferenceRouter.Chosen chosen = chosen("u" + user, Purpose.ANSWER, List.of());
      trials.put(chosen.deployment().name(), chosen.trial());
      assertThat(chosen.trial().ofCanary()).isEqualTo(chosen.deployment().name().equals("extract"));
    }
    Seen quick = new Seen(1, Verdict.RIGHT);
    Seen slow = new Seen(2, Verdict.WRONG);
    router.tell(new InferenceRouter.Observed(trials.get("sim"), quick));
    router.tell(new InferenceRouter.Observed(trials.get("extract"), slow));
    router.tell(new InferenceRouter.Observed(trials.get("sim"), quick));
    keeper.expectNoMessage(Duration.ZERO);
    chosen(Purpose.ANSWER, List.of());
    time.timePasses(Duration.ofSeconds(1));
    assertThat(keeper.receiveMessage())
        .isEqualTo(
            new RolloutKeeper.Report(
                new Round("fast", "extract", 0), List.of(slow), List.of(quick, quick)));
  }

  @Test
  void whatFollowsAFailureOrARuleIsNotCompared() {
    routing(
        "fast { deployments = [{ name = sim, when { tools = off } }, \"ollama/x\"],"
            + " canary { deployment = extract, steps = [50, 100] } }");
    assertThat(chosen(Purpose.ANSWER, List.of()).trial()).isNull();
    features = new Features("", List.of(), true, Set.of(), false);
    assertThat(chosen(Purpose.ANSWER, List.of()).trial()).isNotNull();
    assertThat(chosen(Purpose.ANSWER, List.of(failed("extract", BROKEN))).trial()).isNull();
  }

  @Test
  void aCanaryWhoseBreakerIsOpenHasFailedTheCallsThatOthersMakeForIt() {
    routing("fast { deployments = [sim], canary { deployment = extract, steps = [99, 100] } }");
    reportBroken(List.of(observer(), observer()), Set.of("extract"));
    InferenceRouter.Chosen chosen = chosen(Purpose.ANSWER, List.of());
    assertThat(chosen.deployment().name()).isEqualTo("sim");
    assertThat(chosen.trial()).isNull();
    time.timePasses(Duration.ofSeconds(1));
    assertThat(keeper.receiveMessage())
        .isEqualTo(
            new RolloutKeeper.Report(
                new Round("fast", "extract", 0), List.of(new Seen(-1, Verdict.FAILED)), List.of()));
  }
}
