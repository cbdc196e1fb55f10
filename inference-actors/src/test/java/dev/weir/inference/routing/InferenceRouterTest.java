package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.cache.CachePolicy;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
import org.junit.jupiter.api.Test;

class InferenceRouterTest {

  private static final Config WEIR = ConfigFactory.load().getConfig("weir");
  private static final Catalog CATALOG = Catalog.from(WEIR);
  private static final RetrySettings RETRIES = RetrySettings.from(WEIR);
  private static final Features PLAIN = new Features("", List.of(), false, Set.of(), false);
  private static final WeirError BROKEN = UpstreamError.server();
  private static final WeirError BAD_KEY = UpstreamError.auth();
  private static final WeirError FULL =
      new WeirError.TooManyRequests("queue_full", "Full.", Duration.ofSeconds(1));

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<RolloutKeeper.Command> keeper = kit.createTestProbe();
  private ActorRef<InferenceRouter.Command> router =
      kit.spawn(InferenceRouter.create(() -> CATALOG, RETRIES, keeper.ref(), new Random(1)));
  private final TestProbe<InferenceRouter.Choice> asking =
      kit.createTestProbe(InferenceRouter.Choice.class);

  private TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  private Features features = PLAIN;
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

  private long failOnce() {
    if (failed) {
      return 0;
    }
    failed = true;
    throw new IllegalStateException("a defect");
  }

  @Test
  void whatFailedIsFollowedByTheNextFallbackAtOnceAndThenTriedAgainAfterAPause() {
    routing("fast { deployments = [sim], fallback = [extract, \"ollama/x\"] }");
    List<Tried> tried = new ArrayList<>();
    List<String> order = new ArrayList<>();
    for (int call = 0; call < 5; call++) {
      InferenceRouter.Chosen chosen = chosen(Purpose.ANSWER, tried);
      order.add(chosen.deployment().name());
      assertThat(chosen.pause()).isLessThanOrEqualTo(Duration.ofMillis(call < 3 ? 0 : 100));
      tried.add(new Tried(chosen.deployment().name(), chosen.node(), Why.FAILED, BROKEN));
    }
    assertThat(order).containsExactly("sim", "extract", "ollama/x", "sim", "extract");
  }

  @Test
  void aFailureThatCannotHealIsNotTriedAgainAndTheLastOneIsTold() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of(failed("sim", BAD_KEY))).deployment().name())
        .isEqualTo("extract");
    assertThat(
            unroutable(
                Purpose.ANSWER,
                List.of(
                    failed("sim", BROKEN),
                    failed("extract", BAD_KEY),
                    failed("sim", BROKEN),
                    failed("sim", BAD_KEY))))
        .isEqualTo(BAD_KEY);
  }

  @Test
  void oneDeploymentIsCalledSoManyTimesAtMost() {
    routing("fast { deployments = [sim] }");
    List<Tried> tried = new ArrayList<>();
    for (int call = 0; call < 3; call++) {
      assertThat(chosen(Purpose.ANSWER, tried).deployment().name()).isEqualTo("sim");
      tried.add(failed("sim", BROKEN));
    }
    assertThat(unroutable(Purpose.ANSWER, tried)).isEqualTo(BROKEN);
  }

  @Test
  void anUpstreamThatWantsToBeLeftAloneForLongIsNotTriedAgain() {
    routing("fast { deployments = [sim] }");
    WeirError shortly = UpstreamError.rateLimited(Duration.ofSeconds(3));
    assertThat(chosen(Purpose.ANSWER, List.of(failed("sim", shortly))).pause())
        .isEqualTo(Duration.ofSeconds(3));
    WeirError later = UpstreamError.rateLimited(Duration.ofSeconds(30));
    assertThat(unroutable(Purpose.ANSWER, List.of(failed("sim", later)))).isEqualTo(later);
  }

  @Test
  void whenMostCallsFailFewAreMadeAgain() {
    routing("fast { deployments = [sim] }");
    int again = 0;
    for (int user = 0; user < 100; user++) {
      choose("user" + user, Purpose.ANSWER, List.of());
      asking.expectMessageClass(InferenceRouter.Chosen.class);
      choose("user" + user, Purpose.ANSWER, List.of(failed("sim", BROKEN)));
      again += asking.receiveMessage() instanceof InferenceRouter.Chosen ? 1 : 0;
    }
    assertThat(again).isBetween(3, 20);
  }

  @Test
  void aNodeThatRefusesIsNotAskedAgainAndWhenAllDoTheLastIsTold() {
    TestProbe<InferenceNode.Command> other =
        routing("fast { deployments = [sim], fallback = [extract] }");
    Tried refusal = new Tried("sim", other.ref(), Why.REFUSED, FULL);
    assertThat(chosen(Purpose.ANSWER, List.of(refusal)).deployment().name()).isEqualTo("extract");
    Tried second = new Tried("extract", other.ref(), Why.REFUSED, FULL);
    assertThat(unroutable(Purpose.ANSWER, List.of(refusal, second))).isEqualTo(FULL);
  }

  @Test
  void whereEveryQueueIsTooLongTheModelThatStandsInIsChosenAndSaidToBe() {
    node =
        routing(
            "fast { deployments = [sim], fallback = [extract], degrade-to = cheap },"
                + " cheap { deployments = [other] }",
            "deployments.other { provider = builtin, engine = extract }");
    Tried first = new Tried("sim", node.ref(), Why.REFUSED, FULL);
    Tried second = new Tried("extract", node.ref(), Why.REFUSED, FULL);
    InferenceRouter.Chosen fallback = chosen(Purpose.ANSWER, List.of(first));
    assertThat(fallback.deployment().name()).isEqualTo("extract");
    assertThat(fallback.degraded()).isFalse();
    InferenceRouter.Chosen cheap = chosen(Purpose.ANSWER, List.of(first, second));
    assertThat(cheap.deployment().name()).isEqualTo("other");
    assertThat(cheap.degraded()).isTrue();
    Tried third = new Tried("other", node.ref(), Why.REFUSED, FULL);
    assertThat(unroutable(Purpose.ANSWER, List.of(first, second, third))).isEqualTo(FULL);
  }

  @Test
  void whatFailedIsNotDegraded() {
    node =
        routing(
            "fast { deployments = [sim], degrade-to = cheap }, cheap { deployments = [extract] }");
    assertThat(unroutable(Purpose.ANSWER, List.of(failed("sim", BAD_KEY)))).isEqualTo(BAD_KEY);
  }

  @Test
  void aBrokenUpstreamIsPassedOverAndWithoutAnotherItIsToldAtOnce() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    List<ActorRef<InferenceNode.Load>> observers = List.of(observer(), observer());
    reportBroken(observers, Set.of("sim"));
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("extract");
    reportBroken(observers, Set.of("sim", "extract"));
    assertThat(unroutable(Purpose.ANSWER, List.of()).code()).isEqualTo("upstream_broken");
    reportBroken(observers, Set.of());
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("sim");
  }

  /** Both routers of a test ask; which is first is anybody's guess. */
  private ActorRef<InferenceNode.Load> observer() {
    return node.expectMessageClass(InferenceNode.Observe.class).observer();
  }

  private void reportBroken(List<ActorRef<InferenceNode.Load>> observers, Set<String> broken) {
    observers.forEach(
        observer ->
            observer.tell(
                new InferenceNode.Load(node.ref(), Map.of(), 0, false, broken, Site.ANY)));
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
  void whatCallsOfACanaryAndOfTheOthersCameToIsToldOnceASecond() {
    routing("fast { deployments = [sim], canary { deployment = extract, steps = [50, 100] } }");
    Map<String, Trial> trials = new HashMap<>();
    for (int user = 0; user < 20; user++) {
      InferenceRouter.Chosen chosen = chosen("u" + user, Purpose.ANSWER, List.of());
      trials.put(chosen.deployment().name(), chosen.trial());
      assertThat(chosen.trial().ofCanary()).isEqualTo(chosen.deployment().name().equals("extract"));
    }
    Seen quick = new Seen(1, Verdict.RIGHT);
    Seen slow = new Seen(2, Verdict.WRONG);
    router.tell(new InferenceRouter.Observed(trials.get("sim"), quick));
    router.tell(new InferenceRouter.Observed(trials.get("extract"), slow));
    router.tell(new InferenceRouter.Observed(trials.get("sim"), quick));
    keeper.expectNoMessage(Duration.ZERO);
    chosen(Purpose.ANSWER, List.of());
    time.timePasses(Duration.ofSeconds(1));
    assertThat(keeper.receiveMessage())
        .isEqualTo(
            new RolloutKeeper.Report(
                new Round("fast", "extract", 0), List.of(slow), List.of(quick, quick)));
  }

  @Test
  void whatFollowsAFailureOrARuleIsNotCompared() {
    routing(
        "fast { deployments = [{ name = sim, when { tools = off } }, \"ollama/x\"],"
            + " canary { deployment = extract, steps = [50, 100] } }");
    assertThat(chosen(Purpose.ANSWER, List.of()).trial()).isNull();
    features = new Features("", List.of(), true, Set.of(), false);
    assertThat(chosen(Purpose.ANSWER, List.of()).trial()).isNotNull();
    assertThat(chosen(Purpose.ANSWER, List.of(failed("extract", BROKEN))).trial()).isNull();
  }

  @Test
  void aCanaryWhoseBreakerIsOpenHasFailedTheCallsThatOthersMakeForIt() {
    routing("fast { deployments = [sim], canary { deployment = extract, steps = [99, 100] } }");
    reportBroken(List.of(observer(), observer()), Set.of("extract"));
    InferenceRouter.Chosen chosen = chosen(Purpose.ANSWER, List.of());
    assertThat(chosen.deployment().name()).isEqualTo("sim");
    assertThat(chosen.trial()).isNull();
    time.timePasses(Duration.ofSeconds(1));
    assertThat(keeper.receiveMessage())
        .isEqualTo(
            new RolloutKeeper.Report(
                new Round("fast", "extract", 0), List.of(new Seen(-1, Verdict.FAILED)), List.of()));
  }

  @Test
  void onlyWhoCanGoOnGoesOn() {
    routing("fast { deployments = [extract], fallback = [sim] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).continuable()).isTrue();
    assertThat(chosen(Purpose.GO_ON, List.of(failed("extract", BROKEN))).deployment().name())
        .isEqualTo("sim");
    routing("fast { deployments = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).continuable()).isFalse();
    assertThat(unroutable(Purpose.GO_ON, List.of(failed("extract", BROKEN)))).isEqualTo(BROKEN);
  }

  @Test
  void aRaceGoesToAnotherDeploymentAndOnlyForAShareOfTheCalls() {
    routing(
        "fast { deployments = [sim], fallback = [extract], hedge { after = 1s, share = 0.1 } }");
    int raced = 0;
    for (int call = 0; call < 100; call++) {
      InferenceRouter.Chosen first = chosen(Purpose.ANSWER, List.of());
      assertThat(first.hedgeAfter()).isEqualTo(Duration.ofSeconds(1));
      choose("u", Purpose.HEDGE, List.of(new Tried("sim", first.node(), Why.SLOW, BROKEN)));
      if (asking.receiveMessage() instanceof InferenceRouter.Chosen second) {
        assertThat(second.deployment().name()).isEqualTo("extract");
        assertThat(second.hedgeAfter()).isNull();
        raced++;
      }
    }
    assertThat(raced).isBetween(2, 11);
  }

  @Test
  void withoutAHedgeNothingIsRaced() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).hedgeAfter()).isNull();
    assertThat(unroutable(Purpose.HEDGE, List.of(failed("sim", BROKEN)))).isEqualTo(BROKEN);
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

  /** Asks a router of one node, which is returned, from now on. */
  private TestProbe<InferenceNode.Command> routing(String models) {
    return routing(models, "");
  }

  private TestProbe<InferenceNode.Command> routing(String models, String more) {
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

  private Tried failed(String deployment, WeirError error) {
    return new Tried(deployment, node.ref(), Why.FAILED, error);
  }

  private InferenceRouter.Chosen chosen(Purpose purpose, List<Tried> tried) {
    return chosen("u", purpose, tried);
  }

  private InferenceRouter.Chosen chosen(String user, Purpose purpose, List<Tried> tried) {
    choose(user, purpose, tried);
    return asking.expectMessageClass(InferenceRouter.Chosen.class);
  }

  private WeirError unroutable(Purpose purpose, List<Tried> tried) {
    choose("u", purpose, tried);
    return asking.expectMessageClass(InferenceRouter.Unroutable.class).error();
  }

  private void choose(String user, Purpose purpose, List<Tried> tried) {
    router.tell(
        new InferenceRouter.Choose(
            "fast", features, user, "", purpose, List.copyOf(tried), asking.ref(), null));
  }

  private InferenceRouter.Choose choice(String model, String affinity) {
    return new InferenceRouter.Choose(
        model, PLAIN, "u", affinity, Purpose.ANSWER, List.of(), asking.ref(), null);
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

  private TestProbe<InferenceNode.Command> registered() {
    TestProbe<InferenceNode.Command> node = kit.createTestProbe(InferenceNode.Command.class);
    kit.system().receptionist().tell(Receptionist.register(InferenceNode.KEY, node.ref()));
    return node;
  }

  private Set<ActorRef<InferenceNode.Command>> nodesChosen() {
    Set<ActorRef<InferenceNode.Command>> nodes = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      router.tell(choice("sim", ""));
      nodes.add(asking.expectMessageClass(InferenceRouter.Chosen.class).node());
    }
    return nodes;
  }

  private void choose() {
    router.tell(choice("sim", "a"));
  }

  private static Supplier<Catalog> always(Catalog catalog) {
    return () -> catalog;
  }
}
