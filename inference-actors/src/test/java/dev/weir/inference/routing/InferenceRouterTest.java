package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.generation.InferenceNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InferenceRouterTest {

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final ActorRef<InferenceRouter.Command> router =
      kit.spawn(
          InferenceRouter.create(
              Catalog.from(ConfigFactory.load().getConfig("weir")), new Random(1)));
  private final TestProbe<InferenceRouter.Choice> asking =
      kit.createTestProbe(InferenceRouter.Choice.class);

  private boolean failed;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

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
    time.timePasses(Duration.ofSeconds(2));
    assertThat(asking.expectMessageClass(InferenceRouter.Unroutable.class).error().code())
        .isEqualTo("no_inference_node");
  }

  @Test
  void aDrainingNodeIsChosenNoMoreAlsoWhileItIsStillListed() {
    TestProbe<InferenceNode.Command> stays = registered();
    TestProbe<InferenceNode.Command> goes = registered();
    stays.expectMessageClass(InferenceNode.Observe.class);
    ActorRef<InferenceNode.Load> reports =
        goes.expectMessageClass(InferenceNode.Observe.class).observer();
    assertThat(nodesChosen()).containsOnly(stays.ref(), goes.ref());

    reports.tell(new InferenceNode.Load(goes.ref(), Map.of(), 0, true));
    assertThat(nodesChosen()).containsOnly(stays.ref());

    TestProbe<InferenceNode.Command> comes = registered();
    comes.expectMessageClass(InferenceNode.Observe.class);
    assertThat(nodesChosen()).contains(comes.ref()).doesNotContain(goes.ref());
  }

  @Test
  void aDefectInOneChoiceLeavesTheNextOnesAlone() {
    ActorRef<InferenceRouter.Command> faulty =
        kit.spawn(
            InferenceRouter.create(
                Catalog.from(ConfigFactory.load().getConfig("weir")), () -> failOnce()));
    TestProbe<InferenceNode.Command> node = registered();
    node.expectMessageClass(InferenceNode.Observe.class);
    node.expectMessageClass(InferenceNode.Observe.class);
    faulty.tell(new InferenceRouter.Choose("sim", "", 1, Set.of(), asking.ref()));
    node.expectMessageClass(InferenceNode.Observe.class);
    faulty.tell(new InferenceRouter.Choose("sim", "", 2, Set.of(), asking.ref()));
    assertThat(asking.expectMessageClass(InferenceRouter.Chosen.class).node())
        .isEqualTo(node.ref());
  }

  private long failOnce() {
    if (failed) {
      return 0;
    }
    failed = true;
    throw new IllegalStateException("a defect");
  }

  @Test
  void eachFurtherAttemptTakesTheNextFallback() {
    ActorRef<InferenceRouter.Command> falling =
        routing("fast { deployments = [sim], fallback = [extract, \"ollama/x\"] }");
    assertThat(deployments(falling, 1, 1)).containsOnlyKeys("sim");
    assertThat(deployments(falling, 2, 1)).containsOnlyKeys("extract");
    assertThat(deployments(falling, 3, 1)).containsOnlyKeys("ollama/x");
    assertThat(deployments(falling, 4, 1)).containsOnlyKeys("ollama/x");
  }

  @Test
  void withoutAFallbackEveryAttemptIsDrawnByWeight() {
    ActorRef<InferenceRouter.Command> weighted =
        routing(
            "fast { deployments = [{ name = sim, weight = 9 }, extract,"
                + " { name = \"ollama/x\", weight = 0 }] }");
    Map<String, Integer> drawn = deployments(weighted, 2, 1000);
    assertThat(drawn).containsOnlyKeys("sim", "extract");
    assertThat(drawn.get("sim")).isBetween(850, 950);
  }

  private ActorRef<InferenceRouter.Command> routing(String models) {
    ActorRef<InferenceRouter.Command> made =
        kit.spawn(
            InferenceRouter.create(
                Catalog.from(
                    ConfigFactory.parseString("weir.models { " + models + " }")
                        .withFallback(ConfigFactory.load())
                        .getConfig("weir")),
                new Random(1)));
    registered();
    return made;
  }

  private Map<String, Integer> deployments(
      ActorRef<InferenceRouter.Command> of, int attempt, int calls) {
    Map<String, Integer> chosen = new HashMap<>();
    for (int call = 0; call < calls; call++) {
      of.tell(new InferenceRouter.Choose("fast", "", attempt, Set.of(), asking.ref()));
      chosen.merge(
          asking.expectMessageClass(InferenceRouter.Chosen.class).deployment().name(),
          1,
          Integer::sum);
    }
    return chosen;
  }

  @Test
  void anUnknownModelIsNamed() {
    registered().expectMessageClass(InferenceNode.Observe.class);
    router.tell(new InferenceRouter.Choose("gtp-4", "", 1, Set.of(), asking.ref()));
    assertThat(asking.expectMessageClass(InferenceRouter.Unroutable.class).error())
        .isEqualTo(
            new WeirError.InvalidRequest(
                "model_not_found",
                "There is no model 'gtp-4'; GET /v1/models lists what there is.",
                "model"));
  }

  private TestProbe<InferenceNode.Command> registered() {
    TestProbe<InferenceNode.Command> node = kit.createTestProbe(InferenceNode.Command.class);
    kit.system().receptionist().tell(Receptionist.register(InferenceNode.KEY, node.ref()));
    return node;
  }

  private Set<ActorRef<InferenceNode.Command>> nodesChosen() {
    Set<ActorRef<InferenceNode.Command>> nodes = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      router.tell(new InferenceRouter.Choose("sim", "", 1, Set.of(), asking.ref()));
      nodes.add(asking.expectMessageClass(InferenceRouter.Chosen.class).node());
    }
    return nodes;
  }

  private void choose() {
    router.tell(new InferenceRouter.Choose("sim", "a", 1, Set.of(), asking.ref()));
  }
}
