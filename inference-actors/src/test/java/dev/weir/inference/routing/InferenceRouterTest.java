package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.Test;

/** Which node and which deployment, and why. */
class InferenceRouterTest extends RouterBench {

  private boolean failed;

  @Test
  void aChoiceWaitsForTheFirstNode() {
    choose();
    TestProbe<InferenceNode.Command> node = kit.createTestProbe(InferenceNode.Command.class);
    kit.system().receptionist().tell(Receptionist.register(InferenceNode.KEY, node.ref()));
    InferenceRouter.Chosen chosen = asking.expectMessageClass(InferenceRouter.Chosen.class);
    assertThat(chosen.node()).isEqualTo(node.ref());
  }

  @Test
  void aChoiceDoesNotWaitForEver() {
    choose();
    asking.expectNoMessage(Duration.ZERO);
    InferenceRouter.Unroutable given =
        asking.awaitAssert(
            () -> {
              time.timePasses(Duration.ofSeconds(2));
              return asking.expectMessageClass(
                  InferenceRouter.Unroutable.class, Duration.ofMillis(100));
            });
    assertThat(given.error().code()).isEqualTo("no_inference_node");
  }

  @Test
  void aDrainingNodeIsChosenNoMoreAlsoWhileItIsStillListed() {
    TestProbe<InferenceNode.Command> stays = registered();
    TestProbe<InferenceNode.Command> goes = registered();
    stays.expectMessageClass(InferenceNode.Observe.class);
    ActorRef<InferenceNode.Load> reports =
        goes.expectMessageClass(InferenceNode.Observe.class).observer();
    assertThat(nodesChosen()).containsOnly(stays.ref(), goes.ref());

    reports.tell(new InferenceNode.Load(goes.ref(), Map.of(), 0, true, Set.of(), Site.ANY));
    assertThat(nodesChosen()).containsOnly(stays.ref());

    TestProbe<InferenceNode.Command> comes = registered();
    comes.expectMessageClass(InferenceNode.Observe.class);
    assertThat(nodesChosen()).contains(comes.ref()).doesNotContain(goes.ref());
  }

  @Test
  void aDefectInOneChoiceLeavesTheNextOnesAlone() {
    ActorRef<InferenceRouter.Command> faulty =
        kit.spawn(InferenceRouter.create(() -> CATALOG, RETRIES, keeper.ref(), () -> failOnce()));
    TestProbe<InferenceNode.Command> node = registered();
    node.expectMessageClass(InferenceNode.Observe.class);
    node.expectMessageClass(InferenceNode.Observe.class);
    faulty.tell(choice("sim", ""));
    node.expectMessageClass(InferenceNode.Observe.class);
    faulty.tell(choice("sim", ""));
    assertThat(asking.expectMessageClass(InferenceRouter.Chosen.class).node())
        .isEqualTo(node.ref());
  }

  @Test
  void aCallWithATagGoesNowhereElse() {
    String tags = "weir.tags";
    routing(
        "fast { deployments = [sim], fallback = [extract] }", "deployments.extract.tags = [eu]");
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("sim");
    features = new Features("", List.of(), false, Set.of("eu"), false);
    InferenceRouter.Chosen chosen = chosen(Purpose.ANSWER, List.of());
    assertThat(chosen.deployment().name()).isEqualTo("extract");
    assertThat(chosen(Purpose.ANSWER, List.of(failed("extract", BROKEN))).deployment().name())
        .as("also when it has failed there")
        .isEqualTo("extract");
    features = new Features("", List.of(), false, Set.of("eu", "moon"), false);
    assertThat(unroutable(Purpose.ANSWER, List.of()))
        .isEqualTo(
            new WeirError.InvalidRequest(
                "no_deployment_for_tags",
                "No deployment of 'fast' has all of the tags [eu, moon]; ask for another model, or"
                    + " for fewer tags.",
                "metadata." + tags));
  }

  @Test
  void anAttributeIsAskedForAsATagIs() {
    routing(
        "fast { deployments = [sim], fallback = [extract] }",
        "deployments.extract.attributes { precision = int8, version = 3 }");
    features = tagged("precision = int8", "version=3");
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("extract");
    for (String other : List.of("precision=fp16", "precision", "int8", "hardware=int8", "=int8")) {
      features = tagged(other);
      assertThat(unroutable(Purpose.ANSWER, List.of()).code()).isEqualTo("no_deployment_for_tags");
    }
  }

  private static Features tagged(String... tags) {
    return new Features("", List.of(), false, Set.of(tags), false);
  }

  @Test
  void whyADeploymentWasChosenIsSaid() {
    routing("fast { deployments = [{ name = sim, weight = 3 }], fallback = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).why()).isEqualTo("the only route");
    assertThat(chosen(Purpose.ANSWER, List.of(failed("sim", BROKEN))).why())
        .isEqualTo("fallback, after upstream_error at sim");
  }

  @Test
  void whoseFirstTokenIsExpectedSoonestIsChosenAndThatIsLearnt() {
    routing("fast { deployments = [sim, extract], choose-by = first-token }");
    String first = chosen(Purpose.ANSWER, List.of()).deployment().name();
    router.tell(new InferenceRouter.Over(first, Duration.ofSeconds(1)));
    for (int call = 0; call < 5; call++) {
      String next = chosen(Purpose.ANSWER, List.of()).deployment().name();
      assertThat(next).isNotEqualTo(first);
      router.tell(new InferenceRouter.Over(next, Duration.ofMillis(10)));
    }
  }

  @Test
  void routesAreDrawnByWeightAndOneOfWeightZeroNever() {
    routing(
        "fast { deployments = [{ name = sim, weight = 9 }, extract,"
            + " { name = \"ollama/x\", weight = 0 }] }");
    Map<String, Integer> drawn = new HashMap<>();
    for (int call = 0; call < 1000; call++) {
      drawn.merge(chosen(Purpose.ANSWER, List.of()).deployment().name(), 1, Integer::sum);
    }
    assertThat(drawn).containsOnlyKeys("sim", "extract");
    assertThat(drawn.get("sim")).isBetween(850, 950);
  }

  @Test
  void anUnknownModelIsNamed() {
    registered().expectMessageClass(InferenceNode.Observe.class);
    router.tell(choice("gtp-4", ""));
    assertThat(asking.expectMessageClass(InferenceRouter.Unroutable.class).error())
        .isEqualTo(
            new WeirError.InvalidRequest(
                "model_not_found",
                "There is no model 'gtp-4'; GET /v1/models lists what there is.",
                "model"));
  }

  private InferenceRouter.Choose choice(String model, String affinity) {
    return new InferenceRouter.Choose(
        model, PLAIN, "u", affinity, Purpose.ANSWER, List.of(), asking.ref(), null);
  }

  private void choose() {
    router.tell(choice("sim", "a"));
  }

  private Set<ActorRef<InferenceNode.Command>> nodesChosen() {
    Set<ActorRef<InferenceNode.Command>> nodes = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      router.tell(choice("sim", ""));
      nodes.add(asking.expectMessageClass(InferenceRouter.Chosen.class).node());
    }
    return nodes;
  }

  private long failOnce() {
    if (failed) {
      return 0;
    }
    failed = true;
    throw new IllegalStateException("a defect");
  }
}
