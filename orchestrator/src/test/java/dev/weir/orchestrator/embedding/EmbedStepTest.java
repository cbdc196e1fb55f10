package dev.weir.orchestrator.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.embedding.EmbedReply;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.InputMargins;
import dev.weir.orchestrator.plan.StepDependencies;
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
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request against a router, a user and an inference node that do as the test says. */
class EmbedStepTest {

  private static final Config CONFIG = ConfigFactory.load();
  private static final Config TIERS =
      ConfigFactory.parseString(
          "tiers { gold { weight = 3 } }, users { u { tier = gold, tenant = t } }");
  private static final Caller CALLER = new Caller("t", "u");
  private static final Vectors VECTORS =
      new Vectors(List.of(Vectors.bytes(new float[] {1}), Vectors.bytes(new float[] {2})), 7);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final Deployment deployment =
      Catalog.from(CONFIG.getConfig("weir")).deployment("embed").orElseThrow();
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final TestProbe<InferenceRouter.Command> router = kit.createTestProbe();
  private final TestProbe<ShardingEnvelope<User.Command>> users = kit.createTestProbe();
  private final TestProbe<Settlements.Command> settlements = kit.createTestProbe();
  private final TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  private final TestProbe<EmbedHost.Answer> caller = kit.createTestProbe();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void theUpstreamsCountIsSettledAndTold() {
    start();
    EmbedRequest request = sent();
    assertThat(request.asker()).isEqualTo(new Asker(CALLER.entityId(), 3, Workload.INTERACTIVE));
    request.replyTo().tell(new EmbedReply.Started(request.id()));
    request.replyTo().tell(new EmbedReply.Embedded(request.id(), new Parcel.Here<>(VECTORS), 7));
    assertThat(settled()).isEqualTo(new Charge.Used(new Usage(7, 0, 0, 0)));
    EmbedHost.Embedded answer = caller.expectMessageClass(EmbedHost.Embedded.class);
    assertThat(answer.vectors()).isEqualTo(new Parcel.Here<>(VECTORS));
    assertThat(answer.tokens()).isEqualTo(7);
    assertThat(settlements.expectMessageClass(Settlements.EndRun.class).responseId())
        .isEqualTo("embd_1");
  }

  @Test
  void theWorstCaseOfTheInputIsReserved() {
    start();
    User.Reserve reserve = reserving();
    assertThat(reserve.key().responseId()).isEqualTo("embd_1");
    assertThat(reserve.demand().outputTokens()).isZero();
    assertThat(reserve.demand().inputTokens())
        .isEqualTo((long) Math.ceil((3 + 2 * 2) * deployment.inputMargin()));
  }

  @Test
  void unknownUsageIsChargedAsReservedAndToldAsEstimated() {
    start();
    EmbedRequest request = sent();
    request
        .replyTo()
        .tell(new EmbedReply.Embedded(request.id(), new Parcel.Here<>(VECTORS), Vectors.UNTOLD));
    assertThat(settled()).isEqualTo(new Charge.Unknown());
    assertThat(caller.expectMessageClass(EmbedHost.Embedded.class).tokens()).isEqualTo(3);
  }

  @Test
  void aRefusedBudgetIsToldAndNothingIsSent() {
    start();
    User.Reserve reserve = reserving();
    WeirError error = new WeirError.TooManyRequests("rate_limit_exceeded", "m", Duration.ZERO);
    reserve.replyTo().tell(new Admission.Refused(reserve.key(), error, new RateLimits(List.of())));
    assertThat(refusal()).isEqualTo(error);
    node.expectNoMessage();
  }

  @Test
  void whatANodeRefusesForNowAnotherIsAskedForAtNoCharge() {
    start();
    EmbedRequest request = sent();
    refuse(request, new WeirError.TooManyRequests("queue_full", "m", Duration.ofSeconds(3)), 0);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    InferenceRouter.Choose again = chooseAgain();
    assertThat(again.tried()).extracting(Tried::why).containsExactly(Tried.Why.REFUSED);
    assertThat(again.tried().getFirst().node()).isEqualTo(node.ref());
    assertThat(again.user()).isEqualTo(CALLER.entityId());
  }

  @Test
  void whereThereIsNowhereElseTheRoutersErrorIsTold() {
    start();
    WeirError error = new WeirError.TooManyRequests("queue_full", "m", Duration.ofSeconds(3));
    refuse(sent(), error, 0);
    chooseAgain().replyTo().tell(new InferenceRouter.Unroutable(error));
    assertThat(refusal()).isEqualTo(error);
  }

  @Test
  void noOtherModelStandsIn() {
    start();
    WeirError error = new WeirError.TooManyRequests("queue_full", "m", Duration.ofSeconds(3));
    refuse(sent(), error, 0);
    chooseAgain()
        .replyTo()
        .tell(
            new InferenceRouter.Chosen(
                deployment,
                node.ref(),
                "the only route",
                Duration.ZERO,
                false,
                null,
                null,
                null,
                true));
    assertThat(refusal()).isEqualTo(error);
    users.expectNoMessage();
  }

  @Test
  void aRetryWaitsAsLongAsTheRouterSays() {
    start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Started(request.id()));
    refuse(request, UpstreamError.server(), 0);
    InferenceRouter.Choose again = chooseAgain();
    assertThat(again.tried()).extracting(Tried::why).containsExactly(Tried.Why.FAILED);
    again
        .replyTo()
        .tell(
            new InferenceRouter.Chosen(
                deployment,
                node.ref(),
                "the only route",
                Duration.ofSeconds(2),
                false,
                null,
                null));
    users.expectNoMessage();
    User.Reserve reserve =
        users.awaitAssert(
            Duration.ofSeconds(60),
            () -> {
              time.timePasses(Duration.ofSeconds(2));
              return (User.Reserve) users.receiveMessage(Duration.ofMillis(500)).message();
            });
    assertThat(reserve.key().attempt()).isEqualTo(2);
  }

  @Test
  void aMistakeOfTheCallersIsToldAtOnce() {
    start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Started(request.id()));
    WeirError error = WeirError.invalid("dimensions", "m");
    refuse(request, error, 0);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(refusal()).isEqualTo(error);
  }

  @Test
  void whatTheUpstreamMayHaveReadIsCharged() {
    start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Started(request.id()));
    refuse(request, UpstreamError.wholeTimeout(Duration.ofSeconds(1)), Vectors.UNTOLD);
    assertThat(settled()).isEqualTo(new Charge.Unknown());
    assertThat(chooseAgain().tried()).extracting(Tried::why).containsExactly(Tried.Why.FAILED);
  }

  @Test
  void aNodeThatSaysNothingIsLost() {
    start();
    sent();
    assertThat(afterAWhile(settlements, Settlements.Settle.class).charge())
        .isEqualTo(new Charge.Unknown());
    assertThat(chooseAgain().tried()).extracting(Tried::why).containsExactly(Tried.Why.LOST);
  }

  @Test
  void aNodeThatIsGoneIsLost() {
    start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Accepted(request.id()));
    node.stop();
    assertThat(settled()).isEqualTo(new Charge.Unknown());
    assertThat(chooseAgain().tried()).hasSize(1);
  }

  @Test
  void aCallerWhoGoesBeforeItsCallHasBegunPaysNothing() {
    ActorRef<EmbedStep.Command> step = start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Accepted(request.id()));
    caller.stop();
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    kit.createTestProbe().expectTerminated(step);
  }

  @Test
  void aCallerWhoGoesAfterwardsPaysWhatWasReserved() {
    start();
    EmbedRequest request = sent();
    request.replyTo().tell(new EmbedReply.Started(request.id()));
    router.expectNoMessage();
    caller.stop();
    assertThat(settled()).isEqualTo(new Charge.Unknown());
  }

  @Test
  void anInputLongerThanTheContextWindowIsTheCallersMatter() {
    kit.spawn(
        EmbedStep.create(
            embed(new EmbedCall(List.of("a", "b ".repeat(1_000_001)), 0)), dependencies()));
    choose().replyTo().tell(chosen());
    WeirError error = chooseAgain().tried().getFirst().error();
    assertThat(error.code()).isEqualTo("context_length_exceeded");
    assertThat(error.message()).contains("Input 1 ");
    users.expectNoMessage();
    settlements.expectNoMessage();
  }

  private ActorRef<EmbedStep.Command> start() {
    return kit.spawn(
        EmbedStep.create(embed(new EmbedCall(List.of("one two", "x"), 0)), dependencies()));
  }

  private EmbedHost.Embed embed(EmbedCall call) {
    return new EmbedHost.Embed(
        "embd_1", CALLER, "embed", new Parcel.Here<>(call), TraceContext.NONE, caller.ref());
  }

  private StepDependencies dependencies() {
    return new StepDependencies(
        questions(),
        kit.system().ignoreRef(),
        users.ref(),
        settlements.ref(),
        UserDirectory.from(TIERS, Caller::hash),
        conduit,
        InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST)),
        TokenCounter.estimate(),
        new InputMargins(),
        Instant::now,
        new Random(1));
  }

  private InferenceRouter.Chosen chosen() {
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "the only route", Duration.ZERO, false, null, null);
  }

  private InferenceRouter.Choose choose() {
    return router.expectMessageClass(InferenceRouter.Choose.class);
  }

  private User.Reserve reserving() {
    return reserving(choose());
  }

  private User.Reserve reserving(InferenceRouter.Choose choose) {
    choose.replyTo().tell(chosen());
    return (User.Reserve) users.receiveMessage().message();
  }

  private EmbedRequest sent() {
    return sent(choose());
  }

  private EmbedRequest sent(InferenceRouter.Choose choose) {
    User.Reserve reserve = reserving(choose);
    reserve
        .replyTo()
        .tell(
            new Admission.Granted(
                reserve.key(),
                0,
                new Reservation(
                    new Ticket("b", 1), Instant.EPOCH, Amounts.ZERO, Amounts.ZERO, Price.FREE),
                new RateLimits(List.of())));
    return node.expectMessageClass(InferenceNode.Embed.class).request();
  }

  private static void refuse(EmbedRequest request, WeirError error, long tokens) {
    request.replyTo().tell(new EmbedReply.Refused(request.id(), error, tokens));
  }

  private Charge settled() {
    return settlements.expectMessageClass(Settlements.Settle.class).charge();
  }

  private WeirError refusal() {
    return caller.expectMessageClass(EmbedHost.Refused.class).error();
  }

  private InferenceRouter.Choose chooseAgain() {
    return afterAWhile(router, InferenceRouter.Choose.class);
  }

  /** Lets time pass until the message comes: what it waits for may not have begun to wait. */
  private <T, M extends T> M afterAWhile(TestProbe<T> probe, Class<M> message) {
    return probe.awaitAssert(
        Duration.ofSeconds(60),
        () -> {
          time.timePasses(Duration.ofSeconds(1));
          return probe.expectMessageClass(message, Duration.ofMillis(500));
        });
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
