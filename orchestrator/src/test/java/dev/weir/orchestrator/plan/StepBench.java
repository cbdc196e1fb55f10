package dev.weir.orchestrator.plan;

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
import dev.weir.inference.catalog.Price;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.shadow.cluster.Shadows;
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
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A step between a router, users, settlements and an inference node, all of which are probes. */
abstract class StepBench {

  private static final Config CONFIG = ConfigFactory.load();
  private static final Config TIERS =
      ConfigFactory.parseString(
          "tiers { gold { weight = 3 } }, users { u { tier = gold, tenant = t } }");
  static final Duration LONG_ENOUGH = Duration.ofSeconds(5);
  static final WeirError BROKEN = UpstreamError.closed();
  static final Delta STOP = new Delta.Finished(FinishReason.STOP);

  final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  final ManualTime time = ManualTime.get(kit.system());
  final Deployment deployment =
      Catalog.from(CONFIG.getConfig("weir")).deployment("sim").orElseThrow();
  final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  final InferenceCodecs codecs =
      InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
  final TestProbe<InferenceRouter.Command> router = kit.createTestProbe();
  final TestProbe<Shadows.Command> shadows = kit.createTestProbe();
  final TestProbe<ShardingEnvelope<User.Command>> users = kit.createTestProbe();
  final TestProbe<Settlements.Command> settlements = kit.createTestProbe();
  final TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  final TestProbe<Generation.Command> generation = kit.createTestProbe();
  final TestProbe<StepEvent> parent = kit.createTestProbe();
  final StringBuilder text = new StringBuilder();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  ActorRef<GenerateStep.Command> start() {
    return start(Map.of());
  }

  ActorRef<GenerateStep.Command> start(Map<String, String> metadata) {
    return start(metadata, ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10));
  }

  ActorRef<GenerateStep.Command> start(Map<String, String> metadata, ModelCall call) {
    return kit.spawn(
        GenerateStep.create(
            new StepSpec(
                "s",
                "resp_1",
                new Caller("t", "u"),
                "sim",
                call,
                10,
                false,
                "",
                Workload.BACKGROUND,
                TraceContext.NONE,
                Allowance.of(metadata, Instant.now())),
            new StepDependencies(
                questions(),
                shadows.ref(),
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

  InferenceRouter.Choose choose() {
    return router.expectMessageClass(InferenceRouter.Choose.class);
  }

  InferenceRouter.Choose chooseAgain() {
    return afterAWhile(router, InferenceRouter.Choose.class);
  }

  InferenceRouter.Chosen chosen() {
    return chosen(Duration.ZERO, false, null);
  }

  InferenceRouter.Chosen chosen(
      Duration pause, boolean continuable, @Nullable Duration hedgeAfter) {
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "the only route", pause, continuable, hedgeAfter, null);
  }

  InferenceNode.Generate accept() {
    return accept(false);
  }

  InferenceNode.Generate accept(boolean queued) {
    return accept(chosen(), queued);
  }

  InferenceNode.Generate accept(InferenceRouter.Chosen chosen, boolean queued) {
    InferenceNode.Generate request = answered(choose(), chosen);
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), generation.ref(), queued));
    return request;
  }

  void accept(InferenceNode.Generate request) {
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), generation.ref(), false));
  }

  InferenceNode.Generate dispatched() {
    return answered(choose(), chosen());
  }

  InferenceNode.Generate answered(InferenceRouter.Choose choose, InferenceRouter.Chosen chosen) {
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

  void fail(InferenceNode.Generate request, Delta... said) {
    fail(request, BROKEN, said);
  }

  void fail(InferenceNode.Generate request, WeirError error, Delta... said) {
    Source<Delta, ?> end = Source.lazySource(() -> Source.failed(error.asException()));
    stream(request, Source.from(List.of(said)).concatLazy(end));
  }

  void say(InferenceNode.Generate request, Delta... said) {
    stream(request, Source.from(List.of(said)));
  }

  private void stream(InferenceNode.Generate request, Source<Delta, ?> deltas) {
    deltas.runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
  }

  /** How the step ended; what it said until then is in {@link #text}. */
  StepEvent.Outcome ended() {
    while (true) {
      switch (parent.receiveMessage()) {
        case StepEvent.Ended ended -> {
          return ended.outcome();
        }
        case StepEvent.Produced produced -> hear(produced);
        case StepEvent other -> {}
      }
    }
  }

  StepEvent.Result result() {
    return ended().result();
  }

  void hear(StepEvent.Produced produced) {
    produced.deltas().stream()
        .filter(Delta.Text.class::isInstance)
        .forEach(delta -> text.append(((Delta.Text) delta).text()));
    produced.credit().tell(StepEvent.Credit.MORE);
  }

  WeirError failure() {
    StepEvent.Outcome outcome = parent.expectMessageClass(StepEvent.Ended.class).outcome();
    return ((StepEvent.Failed) outcome.result()).error();
  }

  Charge settled() {
    return settlement().charge();
  }

  Settlements.Settle settlement() {
    return settlements.expectMessageClass(Settlements.Settle.class);
  }

  User.Reserve reserveAgain() {
    return users.awaitAssert(
        Duration.ofSeconds(60),
        () -> {
          time.timePasses(LONG_ENOUGH);
          return (User.Reserve) users.receiveMessage(Duration.ofMillis(500)).message();
        });
  }

  /** Lets time pass until the message comes: what it waits for may not have begun to wait. */
  <T, M extends T> M afterAWhile(TestProbe<T> probe, Class<M> message) {
    return probe.awaitAssert(
        Duration.ofSeconds(60),
        () -> {
          time.timePasses(LONG_ENOUGH);
          return probe.expectMessageClass(message, Duration.ofMillis(500));
        });
  }

  ModelCall call(InferenceNode.Generate request) {
    return conduit.parcels().open(request.call(), codecs.calls()).toCompletableFuture().join();
  }
}
