package dev.weir.inference.shadow.cluster;

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
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.ShadowRoute;
import dev.weir.inference.shadow.Answers;
import dev.weir.inference.shadow.Outcome;
import dev.weir.inference.shadow.Sums;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.javadsl.TestSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shadows of calls that the test makes, on a node that the test plays. */
class ShadowsTest {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              weir {
                deployments.new { provider = builtin, engine = sim, timeouts.whole = 1m
                  price { input = 1, output = 2 } }
                models.m { deployments = [sim]
                  shadow { deployment = new, share = 1, evaluator { at-least = 3 } } }
              }
              """)
          .withFallback(ConfigFactory.load());
  private static final Delta STOP = new Delta.Finished(FinishReason.STOP);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final InferenceCodecs codecs =
      InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  private final TestProbe<Generation.Command> generation = kit.createTestProbe();
  private final TestProbe<String> step = kit.createTestProbe();
  private final TestProbe<Shadows.Census> operator = kit.createTestProbe();
  private Catalog catalog = Catalog.from(CONFIG.getConfig("weir"));
  private final ActorRef<Shadows.Command> shadows =
      kit.spawn(
          Shadows.create(
              new Shadows.Dependencies(
                  () -> catalog, conduit, codecs, TokenCounter.estimate(), Instant::now)));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aCallIsSpareBackgroundWorkOfNobodyAndSharesNoAnswer() {
    begin(1);
    InferenceNode.Generate request = sent();
    assertThat(request.spare()).isTrue();
    assertThat(request.asker()).isEqualTo(new Asker("shadow", 1, Workload.BACKGROUND));
    assertThat(request.order()).isNull();
    assertThat(request.deployment()).isEqualTo("new");
    assertThat(request.left()).isEqualTo(Duration.ofMinutes(1));
    assertThat(request.tokens()).isEqualTo(15);
    assertThat(call(request).maxOutputTokens()).isEqualTo(10);
  }

  @Test
  void bothAnswersAreComparedWhicheverEndsFirst() {
    begin(1);
    say(accept(), new Delta.Text("same"), new Delta.Consumed(new Usage(5, 0, 7, 0)), STOP);
    shown(1, "same");
    begin(2);
    shown(2, "same and more");
    say(accept(), new Delta.Text("same"), STOP);
    Sums sums = awaitCalls(2);
    assertThat(sums.count(Outcome.EQUAL)).isEqualTo(1);
    assertThat(sums.count(Outcome.DIFFERENT)).isEqualTo(1);
    assertThat(sums.similarity()).isEqualTo(1 + 1.0 / 3);
    assertThat(sums.shadow().tokens()).isEqualTo(8);
    assertThat(sums.shadow().cost()).isEqualTo(5_000 + 14_000 + 5_000 + 2_000);
  }

  @Test
  void theEvaluatorJudgesBoth() {
    begin(1);
    say(accept(), new Delta.Text("No"), STOP);
    shown(1, "Well, no.");
    Sums sums = awaitCalls(1);
    assertThat(sums.shown().wrong()).isZero();
    assertThat(sums.shadow().wrong()).isEqualTo(1);
  }

  @Test
  void aFailureOfEitherSideIsCounted() {
    begin(1);
    fail(accept());
    shown(1, "Fine.");
    begin(2);
    say(accept(), new Delta.Text("Fine."), STOP);
    shadows.tell(new Shadows.Shown(id(2), Answers.failing("upstream_error")));
    Sums sums = awaitCalls(2);
    assertThat(sums.count(Outcome.SHADOW_FAILED)).isEqualTo(1);
    assertThat(sums.count(Outcome.SHOWN_FAILED)).isEqualTo(1);
  }

  @Test
  void whatIsRefusedOrLosesItsSlotIsDropped() {
    begin(1);
    refuse(sent());
    begin(2);
    refuse(accept());
    shown(2, "Unharmed.");
    assertThat(awaitCalls(2).count(Outcome.DROPPED)).isEqualTo(2);
    generation.expectMessage(Generation.Cancel.NOW);
  }

  @Test
  void aCallThatIsGivenUpTakesItsShadowWithIt() {
    begin(1);
    InferenceNode.Generate request = accept();
    TestPublisher.Probe<Delta> exchange = play(request);
    shadows.tell(new Shadows.GiveUp(id(1)));
    generation.expectMessage(Generation.Cancel.NOW);
    exchange.expectCancellation();
    assertThat(awaitCalls(1).count(Outcome.GIVEN_UP)).isEqualTo(1);
  }

  @Test
  void aStepThatIsGoneHasGivenUpAndOneThatEndsAfterItsWordHasNot() {
    begin(1);
    accept();
    begin(2);
    InferenceNode.Generate second = accept();
    shown(2, "same");
    step.stop();
    generation.expectMessage(Generation.Cancel.NOW);
    assertThat(awaitCalls(1).count(Outcome.GIVEN_UP)).isEqualTo(1);
    say(second, new Delta.Text("same"), STOP);
    assertThat(awaitCalls(2).count(Outcome.EQUAL)).isEqualTo(1);
  }

  @Test
  void aShadowThatHangsEndsWithItsTime() {
    begin(1);
    InferenceNode.Generate request = accept();
    TestPublisher.Probe<Delta> exchange = play(request);
    exchange.sendNext(new Delta.Text("Half"));
    shown(1, "Whole.");
    time.timePasses(Duration.ofSeconds(59));
    generation.expectNoMessage(Duration.ZERO);
    generation.awaitAssert(
        () -> {
          time.timePasses(Duration.ofSeconds(1));
          return generation.expectMessage(Duration.ofMillis(100), Generation.Cancel.NOW);
        });
    assertThat(awaitCalls(1).count(Outcome.SHADOW_FAILED)).isEqualTo(1);
  }

  @Test
  void aNodeThatSaysNothingOrDiesIsNoFailureOfTheShadow() {
    begin(1);
    sent();
    assertThat(awaitCalls(1, Duration.ofSeconds(5)).count(Outcome.DROPPED)).isEqualTo(1);
    begin(2);
    accept();
    node.stop();
    assertThat(awaitCalls(2).count(Outcome.DROPPED)).isEqualTo(2);
  }

  @Test
  void itReadsByItselfHoweverMuchComes() {
    begin(1);
    InferenceNode.Generate request = accept();
    List<Delta> much =
        Stream.concat(
                IntStream.range(0, 300).<Delta>mapToObj(piece -> new Delta.Text("x".repeat(1_000))),
                Stream.of(STOP))
            .toList();
    Source.from(much).runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    shown(1, "x");
    assertThat(awaitCalls(1).count(Outcome.DIFFERENT)).isEqualTo(1);
  }

  @Test
  void whatTheShadowHasNoRoomForOrNoNodeForIsDropped() {
    begin(
        1,
        route(node.ref()),
        () -> {
          throw WeirError.invalid("input", "too long").asException();
        });
    begin(2, route(null), ShadowsTest::prepared);
    assertThat(awaitCalls(2).count(Outcome.DROPPED)).isEqualTo(2);
    node.expectNoMessage(Duration.ZERO);
  }

  @Test
  void noMoreAreUnderWayAtOnceThanMayBe() {
    for (int call = 0; call < Shadows.MOST + 3; call++) {
      begin(call);
    }
    assertThat(awaitCalls(3).count(Outcome.DROPPED)).isEqualTo(3);
    for (int call = 0; call < Shadows.MOST; call++) {
      sent();
    }
    node.expectNoMessage(Duration.ZERO);
  }

  @Test
  void whatTheCatalogHasNoMoreIsForgotten() {
    begin(1, route(null), ShadowsTest::prepared);
    awaitCalls(1);
    catalog = Catalog.from(ConfigFactory.load().getConfig("weir"));
    shadows.tell(new Shadows.Survey(operator.ref()));
    assertThat(operator.receiveMessage().lines()).isEmpty();
  }

  private static ShadowRequest.Prepared prepared() {
    return new ShadowRequest.Prepared(
        ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10), 5, 15);
  }

  private ShadowRoute route(ActorRef<InferenceNode.Command> at) {
    return new ShadowRoute(
        "m",
        catalog.model("m").orElseThrow().shadow(),
        catalog.deployment("new").orElseThrow(),
        at);
  }

  private static GenerationId id(int call) {
    return new GenerationId("resp_" + call, "s-shadow", 1);
  }

  private void begin(int call) {
    begin(call, route(node.ref()), ShadowsTest::prepared);
  }

  private void begin(int call, ShadowRoute route, Supplier<ShadowRequest.Prepared> prepared) {
    ShadowRequest request = new ShadowRequest(id(call), route, "sim", TraceContext.NONE, prepared);
    shadows.tell(new Shadows.Begin(request, step.ref()));
  }

  private void shown(int call, String text) {
    shadows.tell(new Shadows.Shown(id(call), Answers.saying(text)));
  }

  private InferenceNode.Generate sent() {
    return node.expectMessageClass(InferenceNode.Generate.class);
  }

  private InferenceNode.Generate accept() {
    InferenceNode.Generate request = sent();
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), generation.ref(), false));
    return request;
  }

  private static void refuse(InferenceNode.Generate request) {
    WeirError full = new WeirError.TooManyRequests("no_spare_slot", "Full.", Duration.ZERO);
    request.replyTo().tell(new InferenceNode.Rejected(request.id(), full));
  }

  private void say(InferenceNode.Generate request, Delta... said) {
    Source.from(List.of(said)).runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
  }

  private void fail(InferenceNode.Generate request) {
    Source.<Delta>failed(UpstreamError.server().asException())
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
  }

  private TestPublisher.Probe<Delta> play(InferenceNode.Generate request) {
    return TestSource.<Delta>create(kit.system().classicSystem())
        .to(conduit.to(request.deltas(), codecs.deltas()))
        .run(kit.system());
  }

  private ModelCall call(InferenceNode.Generate request) {
    return conduit.parcels().open(request.call(), codecs.calls()).toCompletableFuture().join();
  }

  /** The sums, once so many calls are over. */
  private Sums awaitCalls(int calls) {
    return awaitCalls(calls, Duration.ZERO);
  }

  /** While so much time passes, again and again. */
  private Sums awaitCalls(int calls, Duration passing) {
    return operator.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          time.timePasses(passing);
          shadows.tell(new Shadows.Survey(operator.ref()));
          List<Shadows.Line> lines = operator.receiveMessage().lines();
          assertThat(lines)
              .extracting(Shadows.Line::pair)
              .containsExactly(new Shadows.Pair("m", "new"));
          Sums sums = lines.getFirst().sums();
          assertThat(sums.outcomes().values().stream().mapToLong(Long::longValue).sum())
              .isEqualTo(calls);
          return sums;
        });
  }
}
