package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Evaluator;
import dev.weir.inference.catalog.Shadow;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.ShadowRoute;
import dev.weir.inference.shadow.cluster.ShadowRequest;
import dev.weir.inference.shadow.cluster.Shadows;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** Steps whose calls are sent to a shadow, too. */
class ShadowedStepTest extends StepBench {

  private static final Delta.Consumed USED = new Delta.Consumed(new Usage(3, 0, 1, 0));

  @Test
  void aShadowIsAskedOnceTheCallIsSentAndHearsWhatItCameTo() {
    start();
    InferenceNode.Generate request = accept(shadowed(), true);
    shadows.expectNoMessage(Duration.ZERO);
    request.replyTo().tell(new InferenceNode.Started(request.id()));
    ShadowRequest asked = shadows.expectMessageClass(Shadows.Begin.class).request();
    assertThat(asked.id().call()).as("for upstreams").isNotEqualTo(request.id().call());
    assertThat(asked.call().get().call()).isEqualTo(call(request).withMaxOutputTokens(10));
    assertThat(asked.call().get().tokens()).isEqualTo(request.tokens());
    say(request, new Delta.Text("Hi "), new Delta.Text("you"), USED, STOP);
    assertThat(result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(text).hasToString("Hi you");
    Shadows.Shown shown = shadows.expectMessageClass(Shadows.Shown.class);
    assertThat(shown.id()).isEqualTo(asked.id());
    assertThat(shown.answer().text()).isEqualTo("Hi you");
    assertThat(shown.answer().hasFailed()).isFalse();
    assertThat(shown.answer().usage()).isEqualTo(USED.usage());
    assertThat(settled()).as("of the call alone").isEqualTo(new Charge.Used(USED.usage()));
    settlements.expectNoMessage(Duration.ZERO);
  }

  @Test
  void wordsThatComeBeforeTheNodesReplyAreComparedAsWell() {
    start();
    InferenceNode.Generate request = answered(choose(), shadowed());
    say(request, new Delta.Text("Hi"), STOP);
    result();
    shadows.expectMessageClass(Shadows.Begin.class);
    assertThat(shadows.expectMessageClass(Shadows.Shown.class).answer().text()).isEqualTo("Hi");
  }

  @Test
  void whatACallFailedWithItsShadowHearsAndTheNextAttemptHasNone() {
    start();
    fail(accept(shadowed(), false));
    shadows.expectMessageClass(Shadows.Begin.class);
    assertThat(shadows.expectMessageClass(Shadows.Shown.class).answer().code())
        .isEqualTo(BROKEN.code());
    say(accept(), new Delta.Text("Hi"), STOP);
    result();
    shadows.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aCancelOrALostNodeGivesTheShadowUp() {
    ActorRef<GenerateStep.Command> step = start();
    accept(shadowed(), false);
    ShadowRequest asked = shadows.expectMessageClass(Shadows.Begin.class).request();
    step.tell(GenerateStep.Cancel.NOW);
    result();
    shadows.expectMessage(new Shadows.GiveUp(asked.id()));

    start();
    accept(shadowed(), false);
    shadows.expectMessageClass(Shadows.Begin.class);
    node.stop();
    shadows.expectMessageClass(Shadows.GiveUp.class);
  }

  @Test
  void whatIsRefusedOrIsAnothersOrSaysNoHasNoShadow() {
    start();
    InferenceNode.Generate refused = answered(choose(), shadowed());
    refused.replyTo().tell(new InferenceNode.Rejected(refused.id(), BROKEN));
    choose().replyTo().tell(new InferenceRouter.Unroutable(BROKEN));
    result();

    start();
    say(answered(choose(), shadowed()), came(Origin.CACHE), new Delta.Text("Hi"), USED, STOP);
    result();

    ask(Map.of("weir.shadow", "off"));
    say(accept(shadowed(), false), new Delta.Text("Hi"), STOP);
    result();
    shadows.expectNoMessage(Duration.ZERO);
  }

  private InferenceRouter.Chosen shadowed() {
    ShadowRoute route =
        new ShadowRoute("m", new Shadow("sim", 1, Evaluator.NONE), deployment, node.ref());
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "why", Duration.ZERO, false, null, null, route, false);
  }

  private void ask(Map<String, String> metadata) {
    ModelCall plain = ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10);
    start(
        Map.of(),
        new ModelCall(
            plain.instructions(),
            plain.items(),
            plain.tools(),
            plain.toolChoice(),
            plain.parallelToolCalls(),
            plain.format(),
            plain.maxOutputTokens(),
            plain.sampling(),
            plain.reasoningEffort(),
            metadata,
            plain.user()));
  }

  private static Delta came(Origin origin) {
    return new Delta.Came(origin, "k");
  }
}
