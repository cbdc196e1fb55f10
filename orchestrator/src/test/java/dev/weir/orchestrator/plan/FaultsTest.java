package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.builtin.SimSettings;
import dev.weir.orchestrator.plan.FaultyWorld.Answer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many calls of an upstream that fails three times out of ten, in every way it can. */
@Timeout(600)
class FaultsTest {

  private static final StepEvent.Result WHOLE = new StepEvent.Finished(FinishReason.STOP);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drop@0",
        "drop@5",
        "malformed@5",
        "stall@0",
        "stall@5",
        "slow@5",
        "rate_limit",
        "server_error",
        "bad_key",
        "context_overflow",
        "ignore_cancel"
      })
  void withASoundFallbackEveryAnswerIsWhole(String fault) {
    everyAnswerIsWhole(fault, 300);
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "drop@5",
        "malformed@5",
        "stall@5",
        "slow@5",
        "rate_limit",
        "server_error",
        "bad_key",
        "context_overflow",
        "ignore_cancel"
      })
  void withASoundFallbackOfTenThousandAnswersEveryOneIsWhole(String fault) {
    everyAnswerIsWhole(fault, 10_000);
  }

  private static void everyAnswerIsWhole(String fault, int calls) {
    try (FaultyWorld world = shaky(fault)) {
      List<Answer> expected = world.ask("sound", calls, 20);
      long before = world.calls("sound");
      List<Answer> answers = world.ask("backed", calls, 20);
      assertThat(answers).isEqualTo(expected);
      assertThat(answers).extracting(Answer::result).containsOnly(WHOLE);
      assertThat(world.calls("shaky")).isEqualTo(calls);
      assertThat(world.calls("sound") - before).isLessThan(calls / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop@0", "drop@5", "malformed@5", "server_error"})
  void withoutAFallbackNothingIsSaidTwiceAndRetriesStayWithinTheirBudget(String fault) {
    int calls = 500;
    try (FaultyWorld world = shaky(fault)) {
      List<Answer> expected = world.ask("sound", calls, 20);
      List<Answer> answers = world.ask("alone", calls, 20);
      int whole = 0;
      for (int call = 0; call < calls; call++) {
        assertThat(expected.get(call).text()).startsWith(answers.get(call).text());
        whole += answers.get(call).result().equals(WHOLE) ? 1 : 0;
      }
      assertThat(whole).isBetween(calls * 6 / 10, calls * 9 / 10);
      assertThat(world.calls("shaky")).isLessThanOrEqualTo(calls * 12 / 10);
    }
  }

  @Test
  void aHundredUsersThatFailAtOnceMakeNoStormAndOnceItIsWellTheUpstreamIsCalledAgain() {
    try (FaultyWorld world = new FaultyWorld("breaker.pause = 10s, " + faults("server_error", 1))) {
      assertThat(world.ask("alone", 100, 100))
          .extracting(Answer::result)
          .hasOnlyElementsOfType(StepEvent.Failed.class);
      assertThat(world.calls("shaky")).isLessThanOrEqualTo(120);
      assertThat(world.ask("alone", 1, 1).getFirst().result())
          .isInstanceOfSatisfying(
              StepEvent.Failed.class,
              failed -> assertThat(failed.error().code()).isEqualTo("upstream_broken"));
      SimSettings was = world.control("shaky").settings();
      world
          .control("shaky")
          .set(
              new SimSettings(
                  was.timeToFirstToken(),
                  was.interToken(),
                  was.jitter(),
                  was.tokens(),
                  was.seed(),
                  was.slowDown(),
                  List.of(),
                  false));
      world.await(() -> assertThat(world.ask("alone", 1, 1).getFirst().result()).isEqualTo(WHOLE));
      assertThat(world.ask("alone", 50, 50)).extracting(Answer::result).containsOnly(WHOLE);
    }
  }

  /** Three of ten calls fail, which does not open the breaker. */
  private static FaultyWorld shaky(String fault) {
    String more =
        switch (fault.substring(0, 4)) {
          case "slow" -> "inter-token = 1ms, ";
          case "stal" -> "timeouts { first-token = 4s, between-tokens = 4s }, ";
          default -> "";
        };
    return new FaultyWorld("breaker.failure-share = 0.9, " + more + faults(fault, 0.3));
  }

  private static String faults(String fault, double probability) {
    return "faults = [{ fault = \"%s\", probability = %s }]".formatted(fault, probability);
  }
}
