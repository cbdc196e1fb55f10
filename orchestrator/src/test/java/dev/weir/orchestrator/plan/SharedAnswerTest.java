package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** Who pays for an answer that several have, and how much. */
class SharedAnswerTest extends StepBench {

  private static final Delta.Consumed USED = new Delta.Consumed(new Usage(3, 0, 1, 0));

  @Test
  void whatAnotherPaysForCostsNothingAndIsShownAsItWas() {
    start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    say(request, came(Origin.FLIGHT), new Delta.Text("Hi"), USED, STOP);
    StepEvent.Outcome outcome = ended();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(outcome.usage()).isEqualTo(USED.usage());
    assertThat(outcome.cost()).isZero();
    assertThat(outcome.came()).isEqualTo(came(Origin.FLIGHT));
  }

  @Test
  void anAnswerThatIsHereBeforeItsNodesReplyIsFreeAsWell() {
    start();
    say(dispatched(), came(Origin.CACHE), new Delta.Text("Hi"), USED, STOP);
    ended();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
  }

  @Test
  void whoMakesTheAnswerThatOthersSharePaysIt() {
    start();
    say(accept(Origin.MODEL), came(Origin.MODEL), new Delta.Text("Hi"), USED, STOP);
    ended();
    assertThat(settled()).isEqualTo(new Charge.Used(USED.usage()));
  }

  @Test
  void whoHasToPayFromTheMiddleOnPaysAll() {
    start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    say(
        request,
        came(Origin.FLIGHT),
        new Delta.Text("Hi"),
        came(Origin.MODEL),
        new Delta.Text(" you"),
        USED,
        STOP);
    ended();
    assertThat(settled()).isEqualTo(new Charge.Used(USED.usage()));
  }

  @Test
  void aFollowerThatLeavesOrLosesItsNodePaysNothing() {
    ActorRef<GenerateStep.Command> step = start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    Source.from(List.of(came(Origin.FLIGHT), new Delta.Text("Hi")))
        .concat(Source.maybe())
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    parent.fishForMessage(
        Duration.ofSeconds(60),
        event ->
            event instanceof StepEvent.Produced
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    step.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());

    start();
    accept(Origin.FLIGHT);
    node.stop();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
  }

  @Test
  void aFollowersFailureIsToldAsAnothers() {
    start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    parent.fishForMessage(
        Duration.ofSeconds(60),
        event ->
            event instanceof StepEvent.Accepted
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    Source.<Delta>failed(UpstreamError.wholeTimeout(Duration.ofSeconds(1)).asException())
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(chooseAgain().tried().getLast().why()).isEqualTo(Tried.Why.FOLLOWED);
  }

  private static Delta came(Origin origin) {
    return new Delta.Came(origin, "k");
  }

  private InferenceNode.Generate accept(Origin origin) {
    InferenceNode.Generate request = dispatched();
    request
        .replyTo()
        .tell(
            new InferenceNode.Accepted(
                request.id(), generation.ref(), origin != Origin.MODEL, origin));
    return request;
  }
}
