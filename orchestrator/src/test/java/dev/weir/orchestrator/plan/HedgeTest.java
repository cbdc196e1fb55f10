package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Two calls for one answer, the second because the first is slow. */
class HedgeTest extends StepBench {

  @Test
  void whoSpeaksFirstGoesOnAloneAndTheOtherIsCancelledAndCharged() {
    start();
    InferenceNode.Generate slow =
        accept(chosen(Duration.ZERO, false, Duration.ofSeconds(1)), false);
    parent.expectMessageClass(StepEvent.Accepted.class);
    InferenceRouter.Choose race = chooseAgain();
    assertThat(race.purpose()).isEqualTo(Purpose.HEDGE);
    assertThat(race.tried()).extracting(Tried::why).containsExactly(Why.SLOW);
    TestProbe<Generation.Command> other = kit.createTestProbe();
    InferenceNode.Generate quick = answered(race, chosen());
    quick.replyTo().tell(new InferenceNode.Accepted(quick.id(), other.ref(), false));
    say(quick, new Delta.Text("I win."), new Delta.Finished(FinishReason.STOP));
    assertThat(result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(text).hasToString("I win.");
    generation.expectMessage(Generation.Cancel.NOW);
    assertThat(List.of(settlement().key().attempt(), settlement().key().attempt()))
        .containsExactlyInAnyOrder(slow.id().attempt(), quick.id().attempt());
  }

  @Test
  void aRaceIsNotOverWhenOneOfTheTwoFails() {
    start();
    InferenceNode.Generate first =
        accept(chosen(Duration.ZERO, false, Duration.ofSeconds(1)), false);
    InferenceNode.Generate second = answered(chooseAgain(), chosen());
    second.replyTo().tell(new InferenceNode.Rejected(second.id(), BROKEN));
    say(first, new Delta.Text("Still here."), new Delta.Finished(FinishReason.STOP));
    assertThat(result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(text).hasToString("Still here.");
  }

  @Test
  void aRaceThatTheRouterDoesNotAllowChangesNothing() {
    start();
    InferenceNode.Generate only =
        accept(chosen(Duration.ZERO, false, Duration.ofSeconds(1)), false);
    chooseAgain().replyTo().tell(new InferenceRouter.Unroutable(BROKEN));
    say(only, new Delta.Text("Late."), new Delta.Finished(FinishReason.STOP));
    assertThat(result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
  }

  @Test
  void whatIsMadeAgainIsTheSameCallAndARaceIsAnother() {
    start();
    InferenceNode.Generate first =
        accept(chosen(Duration.ZERO, false, Duration.ofSeconds(1)), false);
    InferenceNode.Generate race = answered(chooseAgain(), chosen());
    assertThat(race.id().call()).isNotEqualTo(first.id().call());
    race.replyTo().tell(new InferenceNode.Rejected(race.id(), BROKEN));
    fail(first);
    InferenceNode.Generate again = answered(choose(), chosen());
    assertThat(again.id()).isNotEqualTo(first.id());
    assertThat(again.id().call()).isEqualTo(first.id().call());
    assertThat(call(again)).isEqualTo(call(first));
  }
}
