package dev.weir.inference.routing;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried.Why;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;

/** A router whose nodes, and who asks it, are probes. */
abstract class RouterBench {

  private static final Config WEIR = ConfigFactory.load().getConfig("weir");
  static final Catalog CATALOG = Catalog.from(WEIR);
  static final RetrySettings RETRIES = RetrySettings.from(WEIR);
  static final Features PLAIN = new Features("", List.of(), false, Set.of(), false);
  static final WeirError BROKEN = UpstreamError.server();

  final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  final ManualTime time = ManualTime.get(kit.system());
  final TestProbe<RolloutKeeper.Command> keeper = kit.createTestProbe();
  ActorRef<InferenceRouter.Command> router =
      kit.spawn(InferenceRouter.create(() -> CATALOG, RETRIES, keeper.ref(), new Random(1)));
  final TestProbe<InferenceRouter.Choice> asking =
      kit.createTestProbe(InferenceRouter.Choice.class);

  TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  Features features = PLAIN;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  /** Asks a router of one node, which is returned, from now on. */
  TestProbe<InferenceNode.Command> routing(String models) {
    return routing(models, "");
  }

  TestProbe<InferenceNode.Command> routing(String models, String more) {
    router =
        kit.spawn(
            InferenceRouter.create(
                always(
                    Catalog.from(
                        ConfigFactory.parseString(
                                "deployments.sim.continuation = assistant, models { "
                                    + models
                                    + " }\n"
                                    + more)
                            .withFallback(WEIR))),
                RETRIES,
                keeper.ref(),
                new Random(1)));
    node = registered();
    return node;
  }

  private static Supplier<Catalog> always(Catalog catalog) {
    return () -> catalog;
  }

  TestProbe<InferenceNode.Command> registered() {
    TestProbe<InferenceNode.Command> node = kit.createTestProbe(InferenceNode.Command.class);
    kit.system().receptionist().tell(Receptionist.register(InferenceNode.KEY, node.ref()));
    return node;
  }

  void choose(String user, Purpose purpose, List<Tried> tried) {
    router.tell(
        new InferenceRouter.Choose(
            "fast", features, user, "", purpose, List.copyOf(tried), asking.ref(), null));
  }

  InferenceRouter.Chosen chosen(Purpose purpose, List<Tried> tried) {
    return chosen("u", purpose, tried);
  }

  InferenceRouter.Chosen chosen(String user, Purpose purpose, List<Tried> tried) {
    choose(user, purpose, tried);
    return asking.expectMessageClass(InferenceRouter.Chosen.class);
  }

  WeirError unroutable(Purpose purpose, List<Tried> tried) {
    choose("u", purpose, tried);
    return asking.expectMessageClass(InferenceRouter.Unroutable.class).error();
  }

  Tried failed(String deployment, WeirError error) {
    return new Tried(deployment, node.ref(), Why.FAILED, error);
  }

  /** Both routers of a test ask; which is first is anybody's guess. */
  ActorRef<InferenceNode.Load> observer() {
    return node.expectMessageClass(InferenceNode.Observe.class).observer();
  }

  void reportBroken(List<ActorRef<InferenceNode.Load>> observers, Set<String> broken) {
    observers.forEach(
        observer ->
            observer.tell(
                new InferenceNode.Load(node.ref(), Map.of(), 0, false, broken, Site.ANY)));
  }
}
