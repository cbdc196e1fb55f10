package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.cache.CachePolicy;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Where calls go that may share an answer. */
class RouterCacheTest extends RouterBench {

  @Test
  void equalCallsThatMayShareAnAnswerGoToOneDeploymentAndNode() {
    routing("fast { deployments = [sim, extract] }")
        .expectMessageClass(InferenceNode.Observe.class);
    for (TestProbe<InferenceNode.Command> more : List.of(registered(), registered())) {
      more.expectMessageClass(InferenceNode.Observe.class);
      more.expectMessageClass(InferenceNode.Observe.class);
    }
    Set<Object> chosen = new HashSet<>();
    Set<Object> nodes = new HashSet<>();
    Set<Object> drawn = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      chosen.add(chosen(cacheable("on", "Hi"), List.of()));
      InferenceRouter.Chosen other = chosen(cacheable("on", "Hi " + call), List.of());
      drawn.add(other.deployment().name());
      nodes.add(other.node());
    }
    assertThat(chosen).hasSize(1);
    assertThat(drawn).containsExactlyInAnyOrder("sim", "extract");
    assertThat(nodes).hasSize(3);
  }

  @Test
  void callsThatShareNothingAreRoutedAsEver() {
    routing("fast { deployments = [sim, extract] }");
    Set<String> drawn = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      drawn.add(chosen(cacheable("off", "Hi"), List.of()).deployment().name());
    }
    assertThat(drawn).containsExactlyInAnyOrder("sim", "extract");
  }

  @Test
  void whoFollowedACallThatFailedTriesAgainWithTheOthersAndWithoutABudget() {
    routing("fast { deployments = [sim] }");
    Tried followed = new Tried("sim", node.ref(), Why.FOLLOWED, BROKEN);
    Set<Duration> pauses = new HashSet<>();
    for (int call = 0; call < 100; call++) {
      pauses.add(chosen(cacheable("on", "Hi"), List.of(followed)).pause());
    }
    assertThat(pauses).hasSize(1).doesNotContain(Duration.ZERO);
    assertThat(unroutable(Purpose.ANSWER, List.of(followed, followed, followed))).isEqualTo(BROKEN);
  }

  @Test
  void aWishThatThereIsNotIsRefused() {
    registered().expectMessageClass(InferenceNode.Observe.class);
    router.tell(choose("sim", cacheable("maybe", "Hi"), List.of()));
    assertThat(asking.expectMessageClass(InferenceRouter.Unroutable.class).error().code())
        .isEqualTo("invalid_value");
  }

  private InferenceRouter.Chosen chosen(CacheCall call, List<Tried> tried) {
    router.tell(choose("fast", call, tried));
    return asking.expectMessageClass(InferenceRouter.Chosen.class);
  }

  private InferenceRouter.Choose choose(String model, CacheCall call, List<Tried> tried) {
    return new InferenceRouter.Choose(
        model, PLAIN, "t/u", "", Purpose.ANSWER, tried, asking.ref(), call);
  }

  private static CacheCall cacheable(String wish, String text) {
    ModelCall call =
        new ModelCall(
            "",
            List.of(Item.message("m", Role.USER, text)),
            List.of(),
            new ToolChoice.Auto(),
            true,
            new TextFormat.Plain(),
            10,
            ModelCall.Sampling.DEFAULT,
            null,
            Map.of(CachePolicy.WISH, wish),
            "t/u");
    return new CacheCall(call, "fast");
  }
}
