package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What becomes of an answer that breaks off. */
class GoingOnTest extends StepBench {

  @Test
  void whatBreaksOffAndCannotBeGoneOnWithEndsIncompleteWithWhatThereIs() {
    start();
    fail(accept(), new Delta.Text("Half"));
    assertThat(result()).isEqualTo(new StepEvent.CutShort(BROKEN.code()));
    assertThat(settled()).isInstanceOf(Charge.Used.class);
    router.expectNoMessage(Duration.ZERO);
  }

  @Test
  void anotherGoesOnWithTheTextSoFarAndTheRestOfTheCap() {
    start();
    fail(accept(chosen(Duration.ZERO, true, null), false), new Delta.Text("Half of"));
    parent.expectMessageClass(StepEvent.Accepted.class);
    hear(parent.expectMessageClass(StepEvent.Produced.class));
    InferenceRouter.Choose again = choose();
    assertThat(again.purpose()).isEqualTo(Purpose.GO_ON);
    InferenceNode.Generate second = answered(again, chosen());
    ModelCall call = call(second);
    assertThat(call.prefix()).isEqualTo("Half of");
    assertThat(call.maxOutputTokens())
        .isEqualTo(10 - Math.toIntExact(TokenCounter.estimate().count("Half of")));
    accept(second);
    say(second, new Delta.Text(" it."), new Delta.Finished(FinishReason.STOP));
    assertThat(result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(text).hasToString("Half of it.");
  }

  @Test
  void reasoningCannotBeGoneOnWith() {
    start();
    fail(
        accept(chosen(Duration.ZERO, true, null), false),
        new Delta.Reasoning("Well"),
        new Delta.Text("Half"));
    assertThat(result()).isEqualTo(new StepEvent.CutShort(BROKEN.code()));
  }
}
