package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowDrawTest {

  private static final int CALLS = 10_000;

  private final ActorTestKit kit = ActorTestKit.create();
  private final ActorRef<InferenceNode.Command> node =
      kit.<InferenceNode.Command>createTestProbe().ref();
  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes = new NodeChoice<>(new Random(1));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private static Catalog catalog(String shadow) {
    return Catalog.from(
        ConfigFactory.parseString(
                """
                deployments.here { provider = builtin, engine = sim, tags = [eu]
                  attributes { precision = int8 } }
                deployments.new { provider = builtin, engine = sim }
                models.m { deployments = [here], %s }
                """
                    .formatted(shadow))
            .withFallback(ConfigFactory.load().getConfig("weir")));
  }

  private InferenceRouter.Choose choose(Purpose purpose, Set<String> tags, List<Tried> tried) {
    return new InferenceRouter.Choose(
        "m",
        new Features("", List.of(), false, tags, false),
        "u",
        "",
        purpose,
        tried,
        kit.<InferenceRouter.Choice>createTestProbe().ref(),
        null);
  }

  private InferenceRouter.Choose first() {
    return choose(Purpose.ANSWER, Set.of(), List.of());
  }

  private @Nullable ShadowRoute draw(String shadow, InferenceRouter.Choose choose) {
    return draw(new ShadowDraw(nodes, new Random(7)), catalog(shadow), choose);
  }

  private static @Nullable ShadowRoute draw(
      ShadowDraw draw, Catalog catalog, InferenceRouter.Choose choose) {
    Model model = catalog.model("m").orElseThrow();
    return draw.draw(model, catalog, choose);
  }

  private void up() {
    nodes.replaceAll(Set.of(node), local -> true);
  }

  @Test
  void asManyCallsAreDrawnAsTheShareSaysTheSameOnesWithTheSameSeed() {
    up();
    Catalog catalog = catalog("shadow { deployment = new, share = 0.05 }");
    InferenceRouter.Choose call = first();
    assertThat(drawn(3, catalog, call)).hasSizeBetween(420, 580).isEqualTo(drawn(3, catalog, call));
    assertThat(drawn(4, catalog, call)).isNotEqualTo(drawn(3, catalog, call));
  }

  private List<Integer> drawn(int seed, Catalog catalog, InferenceRouter.Choose call) {
    ShadowDraw draw = new ShadowDraw(nodes, new Random(seed));
    return IntStream.range(0, CALLS)
        .filter(number -> Objects.nonNull(draw(draw, catalog, call)))
        .boxed()
        .toList();
  }

  @Test
  void itGoesToTheShadowsDeploymentOnANodeThatIsUp() {
    up();
    ShadowRoute route = draw("shadow { deployment = new, share = 1 }", first());
    assertThat(route.deployment().name()).isEqualTo("new");
    assertThat(route.model()).isEqualTo("m");
    assertThat(route.node()).isEqualTo(node);
  }

  @Test
  void oneThatNoNodeCouldTakeIsStillDrawnSoThatItIsCounted() {
    String shadow = "shadow { deployment = new, share = 1 }";
    assertThat(draw(shadow, first()).node()).isNull();
    up();
    nodes.broken(node, Set.of("new"));
    assertThat(draw(shadow, first()).node()).isNull();
    nodes.broken(node, Set.of());
    nodes.site(node, new Site(Set.of(Workload.INTERACTIVE), "", ""));
    assertThat(draw(shadow, first()).node()).isNull();
  }

  @Test
  void withoutAShadowNoneIsDrawn() {
    up();
    assertThat(draw("", first())).isNull();
  }

  @Test
  void tagsKeepACallFromAShadowThatLacksThem() {
    up();
    InferenceRouter.Choose european = choose(Purpose.ANSWER, Set.of("eu"), List.of());
    assertThat(draw("shadow { deployment = new, share = 1 }", european)).isNull();
    assertThat(draw("shadow { deployment = here, share = 1 }", european)).isNotNull();
    InferenceRouter.Choose precise = choose(Purpose.ANSWER, Set.of("precision=int8"), List.of());
    assertThat(draw("shadow { deployment = new, share = 1 }", precise)).isNull();
    assertThat(draw("shadow { deployment = here, share = 1 }", precise)).isNotNull();
  }

  @Test
  void onlyTheFirstAttemptToAnswerHasOne() {
    up();
    String shadow = "shadow { deployment = new, share = 1 }";
    WeirError error = new WeirError.Unavailable("x", "m", Duration.ZERO);
    List<Tried> tried = List.of(new Tried("here", node, Why.FAILED, error));
    assertThat(draw(shadow, choose(Purpose.ANSWER, Set.of(), tried))).isNull();
    assertThat(draw(shadow, choose(Purpose.GO_ON, Set.of(), tried))).isNull();
    assertThat(draw(shadow, choose(Purpose.HEDGE, Set.of(), List.of()))).isNull();
  }
}
