package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Evaluator;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.routing.Tried.Why;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Amounts;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Reservation;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.Ticket;
import dev.weir.orchestrator.user.User;
import dev.weir.orchestrator.user.UserDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A step against a router, a user and an inference node that do as the test says. */
class GenerateStepTest {

  private static final Config CONFIG = ConfigFactory.load();
  private static final Config TIERS =
      ConfigFactory.parseString(
          "tiers { gold { weight = 3 } }, users { u { tier = gold, tenant = t } }");
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(5);
  private static final WeirError BROKEN = UpstreamError.closed();

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final Deployment deployment =
      Catalog.from(CONFIG.getConfig("weir")).deployment("sim").orElseThrow();
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final InferenceCodecs codecs =
      InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
  private final TestProbe<InferenceRouter.Command> router = kit.createTestProbe();
  private final TestProbe<ShardingEnvelope<User.Command>> users = kit.createTestProbe();
  private final TestProbe<Settlements.Command> settlements = kit.createTestProbe();
  private final TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  private final TestProbe<Generation.Command> generation = kit.createTestProbe();
  private final TestProbe<StepEvent> parent = kit.createTestProbe();
  private final StringBuilder text = new StringBuilder();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aRouterThatSaysNothingIsNotWaitedForForEver() {
    start();
    choose();
    chooseAgain();
    chooseAgain();
    time.timePasses(LONG_ENOUGH);
    assertThat(failure().code()).isEqualTo("no_route");
  }

  @Test
  void whatANodeRefusesForNowAnotherIsAskedForAtNoCharge() {
    start();
    InferenceNode.Generate request = dispatched();
    WeirError away = new WeirError.Unavailable("unknown_deployment", "Not here.", Duration.ZERO);
    request.replyTo().tell(new InferenceNode.Rejected(request.id(), away));
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    InferenceRouter.Choose again = choose();
    assertThat(again.tried()).containsExactly(new Tried("sim", node.ref(), Why.REFUSED, away));
    again.replyTo().tell(new InferenceRouter.Unroutable(away));
    assertThat(failure()).isEqualTo(away);
  }

  @Test
  void aDeadlineEndsWhatHasNotBegunAndReachesTheNode() {
    start(Map.of("weir.deadline_ms", "3600000"));
    InferenceNode.Generate request = accept(true);
    assertThat(request.left()).isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    time.timePasses(Duration.ofMinutes(50));
    generation.expectNoMessage(Duration.ZERO);
    time.timePasses(Duration.ofMinutes(10));
    generation.expectMessage(Generation.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(ended().result())
        .isInstanceOfSatisfying(
            StepEvent.Failed.class,
            failed -> assertThat(failed.error()).isInstanceOf(WeirError.TimedOut.class));
  }

  @Test
  void noRetryBeginsAfterTheDeadline() {
    start(Map.of("weir.deadline_ms", "3600000"));
    InferenceNode.Generate request = dispatched();
    request.replyTo().tell(new InferenceNode.Rejected(request.id(), BROKEN));
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    choose().replyTo().tell(chosen(Duration.ofHours(2), false, null));
    time.timePasses(Duration.ofHours(1));
    assertThat(failure().code()).isEqualTo("deadline_exceeded");
    users.expectNoMessage(Duration.ZERO);
  }

  @Test
  void whatTheClientAllowsBoundsTheAnswer() {
    start(Map.of("weir.max_tokens_total", "15"));
    InferenceNode.Generate request = dispatched();
    assertThat(request.inputTokens()).isBetween(6L, 14L);
    assertThat(request.tokens()).isEqualTo(15);
  }

  @Test
  void aCallThatTheClientDoesNotAllowIsNotMade() {
    start(Map.of("weir.max_tokens_total", "3"));
    choose().replyTo().tell(chosen());
    assertThat(failure().code()).isEqualTo("request_cap_reached");
    users.expectNoMessage(Duration.ZERO);
    node.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aNodeHearsWhoAsksAndWithWhichWeight() {
    start();
    InferenceNode.Generate request = dispatched();
    Caller caller = new Caller("t", "u");
    assertThat(request.asker()).isEqualTo(new Asker(caller.entityId(), 3, Workload.BACKGROUND));
    assertThat(request.inputTokens()).isPositive().isEqualTo(request.tokens() - 10);
  }

  @Test
  void aPositionInTheQueueIsToldUntilTheCallHasBegun() {
    start();
    InferenceNode.Generate request = accept(true);
    parent.expectMessageClass(StepEvent.Accepted.class);
    request.replyTo().tell(new InferenceNode.Queued(request.id(), 3));
    assertThat(parent.receiveMessage()).isEqualTo(new StepEvent.Queued("s", 3));
    request.replyTo().tell(new InferenceNode.Started(request.id()));
    request.replyTo().tell(new InferenceNode.Queued(request.id(), 1));
    parent.expectNoMessage();
  }

  @Test
  void aGenerationThatEndsWithoutAWordIsLostWithinSeconds() {
    start();
    accept();
    parent.expectMessageClass(StepEvent.Accepted.class);
    generation.stop();
    assertThat(afterAWhile(settlements, Settlements.Settle.class).charge())
        .isEqualTo(new Charge.Unknown());
    assertThat(choose().tried())
        .containsExactly(new Tried("sim", node.ref(), Why.LOST, StepErrors.lostNode()));
  }

  @Test
  void whatTheUpstreamFailedAtIsMadeAgainAfterThePauseTheRouterSays() {
    start();
    fail(accept());
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    InferenceRouter.Choose again = choose();
    assertThat(again.tried()).containsExactly(new Tried("sim", node.ref(), Why.FAILED, BROKEN));
    again.replyTo().tell(chosen(Duration.ofSeconds(3), false, null));
    users.expectNoMessage(Duration.ofMillis(100));
    time.timePasses(Duration.ofSeconds(3));
    assertThat(((User.Reserve) users.receiveMessage().message()).key().attempt()).isEqualTo(2);
  }

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
  void aGenerationThatEndedMayBeReadSlowly() {
    start();
    InferenceNode.Generate request = accept();
    Source.from(
            List.<Delta>of(
                new Delta.Text("a".repeat(17_000)),
                new Delta.Text("b"),
                new Delta.Finished(FinishReason.STOP)))
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    parent.expectMessageClass(StepEvent.Accepted.class);
    StepEvent.Produced first = parent.expectMessageClass(StepEvent.Produced.class);
    generation.stop();
    time.timePasses(LONG_ENOUGH);
    time.timePasses(LONG_ENOUGH);
    parent.expectNoMessage(Duration.ZERO);
    StepEvent next = first;
    while (next instanceof StepEvent.Produced produced) {
      produced.credit().tell(StepEvent.Credit.MORE);
      next = parent.receiveMessage();
    }
    assertThat(((StepEvent.Ended) next).outcome().result())
        .isEqualTo(new StepEvent.Finished(FinishReason.STOP));
  }

  @Test
  void aCancelWhileItWaitsForASlotCostsNothingAndAfterwardsWhatWasSeen() {
    ActorRef<GenerateStep.Command> waiting = start();
    accept(true);
    parent.expectMessageClass(StepEvent.Accepted.class);
    waiting.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());

    ActorRef<GenerateStep.Command> begun = start();
    InferenceNode.Generate request = accept(true);
    request.replyTo().tell(new InferenceNode.Started(request.id()));
    parent.fishForMessage(
        Duration.ofSeconds(10),
        event ->
            event instanceof StepEvent.Accepted
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    begun.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isInstanceOf(Charge.Used.class);
  }

  @Test
  void aCancelBeforeAnAttemptIsSentCostsNothingThoughTheAttemptBeforeItHadBegun() {
    ActorRef<GenerateStep.Command> step = start();
    accept();
    parent.expectMessageClass(StepEvent.Accepted.class);
    generation.stop();
    afterAWhile(settlements, Settlements.Settle.class);
    choose().replyTo().tell(chosen());
    assertThat(users.receiveMessage().message()).isInstanceOf(User.Reserve.class);
    step.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
  }

  @Test
  void whatAnotherPaysForCostsNothingAndIsShownAsItWas() {
    start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    play(request, came(Origin.FLIGHT), new Delta.Text("Hi"), USED, STOP);
    StepEvent.Outcome outcome = ended();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(outcome.usage()).isEqualTo(USED.usage());
    assertThat(outcome.cost()).isZero();
    assertThat(outcome.came()).isEqualTo(came(Origin.FLIGHT));
  }

  @Test
  void anAnswerThatIsHereBeforeItsNodesReplyIsFreeAsWell() {
    start();
    play(dispatched(), came(Origin.CACHE), new Delta.Text("Hi"), USED, STOP);
    ended();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
  }

  @Test
  void whoMakesTheAnswerThatOthersSharePaysIt() {
    start();
    play(accept(Origin.MODEL), came(Origin.MODEL), new Delta.Text("Hi"), USED, STOP);
    ended();
    assertThat(settled()).isEqualTo(new Charge.Used(USED.usage()));
  }

  @Test
  void whoHasToPayFromTheMiddleOnPaysAll() {
    start();
    InferenceNode.Generate request = accept(Origin.FLIGHT);
    play(
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
        Duration.ofSeconds(10),
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
        Duration.ofSeconds(10),
        event ->
            event instanceof StepEvent.Accepted
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    Source.<Delta>failed(UpstreamError.wholeTimeout(Duration.ofSeconds(1)).asException())
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(chooseAgain().tried().getLast().why()).isEqualTo(Tried.Why.FOLLOWED);
  }

  private static final Delta.Consumed USED = new Delta.Consumed(new Usage(3, 0, 1, 0));
  private static final Delta STOP = new Delta.Finished(FinishReason.STOP);

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

  private void play(InferenceNode.Generate request, Delta... deltas) {
    Source.from(List.of(deltas))
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
  }

  private StepEvent.Outcome ended() {
    StepEvent event = parent.receiveMessage();
    while (!(event instanceof StepEvent.Ended)) {
      if (event instanceof StepEvent.Produced produced) {
        produced.credit().tell(StepEvent.Credit.MORE);
      }
      event = parent.receiveMessage();
    }
    return ((StepEvent.Ended) event).outcome();
  }

  private ActorRef<GenerateStep.Command> start() {
    return start(Map.of());
  }

  private ActorRef<GenerateStep.Command> start(Map<String, String> metadata) {
    return kit.spawn(
        GenerateStep.create(
            new StepSpec(
                "s",
                "resp_1",
                new Caller("t", "u"),
                "sim",
                ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10),
                10,
                false,
                "",
                Workload.BACKGROUND,
                TraceContext.NONE,
                Allowance.of(metadata, Instant.now())),
            new StepDependencies(
                questions(),
                users.ref(),
                settlements.ref(),
                UserDirectory.from(TIERS, Caller::hash),
                conduit,
                codecs,
                TokenCounter.estimate(),
                new InputMargins(),
                Instant::now,
                new Random(1)),
            parent.ref()));
  }

  @Test
  void aRolloutLearnsHowLongAnAnswerTookAndWhetherItIsOne() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    say(request, new Delta.Text("long "), new Delta.Text("enough"), STOP);
    result();
    Seen right = seen();
    assertThat(right.verdict()).isEqualTo(Verdict.RIGHT);
    assertThat(right.firstToken()).isPositive();
  }

  @Test
  void anAnswerThatTheEvaluatorDoesNotTakeIsWrong() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    say(request, new Delta.Text("no"), STOP);
    result();
    assertThat(seen().verdict()).isEqualTo(Verdict.WRONG);
  }

  @Test
  void aRolloutLearnsOfAFailureBeforeAnotherIsAsked() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    fail(request);
    assertThat(seen()).isEqualTo(new Seen(-1, Verdict.FAILED));
    assertThat(choose().tried()).hasSize(1);
  }

  @Test
  void ofACallThatIsGivenUpARolloutLearnsHowLongItHasBeenSilent() {
    ActorRef<GenerateStep.Command> step = start();
    accept(compared(), false);
    step.tell(GenerateStep.Cancel.NOW);
    result();
    Seen silent = seen();
    assertThat(silent.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(silent.firstToken()).isPositive();
  }

  private InferenceRouter.Chosen compared() {
    Trial trial = new Trial(new Round("fast", "new", 0), true, new Evaluator(null, null, false, 5));
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "canary, 1 %", Duration.ZERO, false, null, trial);
  }

  private Seen seen() {
    return router.expectMessageClass(InferenceRouter.Observed.class).seen();
  }

  private InferenceRouter.Chosen chosen() {
    return chosen(Duration.ZERO, false, null);
  }

  private InferenceRouter.Chosen chosen(
      Duration pause, boolean continuable, @Nullable Duration hedgeAfter) {
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "the only route", pause, continuable, hedgeAfter, null);
  }

  private InferenceRouter.Choose choose() {
    return router.expectMessageClass(InferenceRouter.Choose.class);
  }

  private InferenceNode.Generate accept() {
    return accept(false);
  }

  private InferenceNode.Generate accept(boolean queued) {
    return accept(chosen(), queued);
  }

  private InferenceNode.Generate accept(InferenceRouter.Chosen chosen, boolean queued) {
    InferenceNode.Generate request = answered(choose(), chosen);
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), generation.ref(), queued));
    return request;
  }

  private void accept(InferenceNode.Generate request) {
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), generation.ref(), false));
  }

  private void fail(InferenceNode.Generate request, Delta... said) {
    Source<Delta, ?> end = Source.lazySource(() -> Source.failed(BROKEN.asException()));
    stream(request, Source.from(List.of(said)).concatLazy(end));
  }

  private void say(InferenceNode.Generate request, Delta... said) {
    stream(request, Source.from(List.of(said)));
  }

  private void stream(InferenceNode.Generate request, Source<Delta, ?> deltas) {
    deltas.runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
  }

  private ModelCall call(InferenceNode.Generate request) {
    return conduit.parcels().open(request.call(), codecs.calls()).toCompletableFuture().join();
  }

  /** How the step ends; what it says until then is in {@link #text}. */
  private StepEvent.Result result() {
    while (true) {
      switch (parent.receiveMessage()) {
        case StepEvent.Ended ended -> {
          return ended.outcome().result();
        }
        case StepEvent.Produced produced -> hear(produced);
        case StepEvent other -> {}
      }
    }
  }

  private void hear(StepEvent.Produced produced) {
    produced.deltas().stream()
        .filter(Delta.Text.class::isInstance)
        .forEach(delta -> text.append(((Delta.Text) delta).text()));
    produced.credit().tell(StepEvent.Credit.MORE);
  }

  private InferenceNode.Generate dispatched() {
    return answered(choose(), chosen());
  }

  private InferenceNode.Generate answered(
      InferenceRouter.Choose choose, InferenceRouter.Chosen chosen) {
    choose.replyTo().tell(chosen);
    User.Reserve reserve = (User.Reserve) users.receiveMessage().message();
    reserve
        .replyTo()
        .tell(
            new Admission.Granted(
                reserve.key(),
                reserve.demand().outputTokens(),
                new Reservation(
                    new Ticket("b", 1), Instant.EPOCH, Amounts.ZERO, Amounts.ZERO, Price.FREE),
                new RateLimits(List.of())));
    return node.expectMessageClass(InferenceNode.Generate.class);
  }

  private Charge settled() {
    return settlement().charge();
  }

  private Settlements.Settle settlement() {
    return settlements.expectMessageClass(Settlements.Settle.class);
  }

  private InferenceRouter.Choose chooseAgain() {
    return afterAWhile(router, InferenceRouter.Choose.class);
  }

  /** Lets time pass until the message comes: what it waits for may not have begun to wait. */
  private <T, M extends T> M afterAWhile(TestProbe<T> probe, Class<M> message) {
    return probe.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          time.timePasses(LONG_ENOUGH);
          return probe.expectMessageClass(message, Duration.ofMillis(500));
        });
  }

  private WeirError failure() {
    StepEvent.Outcome outcome = parent.expectMessageClass(StepEvent.Ended.class).outcome();
    return ((StepEvent.Failed) outcome.result()).error();
  }

  /** The router, but for what it only hears. */
  private ActorRef<InferenceRouter.Command> questions() {
    return kit.spawn(
        Behaviors.receiveMessage(
            message -> {
              if (!(message instanceof InferenceRouter.Over)) {
                router.ref().tell(message);
              }
              return Behaviors.same();
            }));
  }
}
