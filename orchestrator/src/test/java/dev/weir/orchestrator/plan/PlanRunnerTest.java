package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Amounts;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Reservation;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.Ticket;
import dev.weir.orchestrator.user.TierSettings;
import dev.weir.orchestrator.user.User;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A plan between its real steps and a router, a user and a node that the test plays. */
class PlanRunnerTest {

  private static final WeirError BAD =
      new WeirError.InvalidRequest("content_refused", "Not this.", null);
  private static final Usage USED = new Usage(10, 0, 5, 0);
  private static final Duration QUIET = Duration.ofMillis(200);

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString("pekko.actor.provider = local")
              .withFallback(ConfigFactory.load()));
  private final InferenceCodecs codecs =
      InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), 1 << 20));
  private final Config config = kit.system().settings().config();
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(config, NodeSettings.from(config).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final Deployment deployment =
      Catalog.from(config.getConfig("weir")).deployment("sim").orElseThrow();
  private final TestProbe<InferenceNode.Command> node = kit.createTestProbe();
  private final TestProbe<Generation.Command> generations = kit.createTestProbe();
  private final TestProbe<Settlements.Command> settlements = kit.createTestProbe();
  private final TestProbe<StepEvent> parent = kit.createTestProbe();
  private final List<StepEvent> heard = new ArrayList<>();

  @AfterEach
  void stop() {
    conduit.stop().toCompletableFuture().join();
    kit.shutdownTestKit();
  }

  @Test
  void runsAsManyBranchesAtOnceAsThePlanAllowsAndJoinsWhatTheySaid() {
    start(fan(3, 2));
    InferenceNode.Generate one = call();
    InferenceNode.Generate two = call();
    node.expectNoMessage(QUIET);

    say(two, "second");
    InferenceNode.Generate three = call();
    say(three, "third");
    say(one, "first");
    InferenceNode.Generate join = call();
    assertThat(message(join))
        .contains("# " + one.id().step() + "\nfirst")
        .contains("# " + two.id().step() + "\nsecond")
        .contains("# " + three.id().step() + "\nthird");
    say(join, "together");

    StepEvent.Outcome outcome = outcome();
    assertThat(outcome.result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(outcome.usage()).isEqualTo(new Usage(40, 0, 20, 0));
    assertThat(outcome.attempts()).isEqualTo(4);
    assertThat(of(StepEvent.Accepted.class)).hasSize(1);
    assertThat(of(StepEvent.Opened.class)).hasSize(4);
    assertThat(of(StepEvent.Produced.class))
        .flatExtracting(StepEvent.Produced::deltas)
        .contains(new Delta.Text("together"))
        .doesNotContain(new Delta.Text("first"));
    assertThat(of(StepEvent.Closed.class))
        .extracting(closed -> closed.item().status())
        .containsOnly(ItemStatus.COMPLETED);
  }

  @Test
  void aBranchThatFailsIsShownAndLeftOut() {
    start(fan(2, 2));
    InferenceNode.Generate refused = call();
    InferenceNode.Generate good = call();
    refused.replyTo().tell(new InferenceNode.Rejected(refused.id(), BAD));
    say(good, "alone");
    InferenceNode.Generate join = call();
    assertThat(message(join)).contains("alone").doesNotContain("# " + refused.id().step());
    say(join, "done");

    assertThat(outcome().result()).isEqualTo(new StepEvent.Finished(FinishReason.STOP));
    assertThat(of(StepEvent.Closed.class))
        .extracting(StepEvent.Closed::item)
        .extracting(item -> item.name().equals(refused.id().step()), OutputItem.Step::error)
        .containsOnlyOnce(tuple(true, BAD))
        .doesNotContain(tuple(false, BAD));
  }

  @Test
  void whenEveryBranchFailsTheJoinIsNotAsked() {
    start(fan(2, 2));
    for (int branch = 0; branch < 2; branch++) {
      InferenceNode.Generate call = call();
      call.replyTo().tell(new InferenceNode.Rejected(call.id(), BAD));
    }

    assertThat(outcome().result()).isEqualTo(new StepEvent.Failed(BAD));
    node.expectNoMessage(QUIET);
  }

  @Test
  void cancelStopsEveryBranchOnceAndStartsNoMore() {
    ActorRef<PlanRunner.Command> runner = start(fan(3, 2));
    InferenceNode.Generate one = call();
    one.replyTo().tell(new InferenceNode.Accepted(one.id(), generations.getRef(), false));
    InferenceNode.Generate unanswered = call();
    hearOfAcceptance();

    runner.tell(PlanRunner.Cancel.NOW);
    runner.tell(PlanRunner.Cancel.NOW);

    assertThat(outcome().result()).isEqualTo(new StepEvent.Cancelled());
    generations.expectMessage(Generation.Cancel.NOW);
    generations.expectNoMessage(QUIET);
    node.expectNoMessage(QUIET);
    assertThat(List.of(settled(), settled()))
        .extracting(settle -> settle.key().step(), settle -> settle.charge().getClass())
        .containsExactlyInAnyOrder(
            tuple(one.id().step(), Charge.Used.class),
            tuple(unanswered.id().step(), Charge.Nothing.class));
    settlements.expectNoMessage(QUIET);
    parent.expectTerminated(runner);
  }

  private void hearOfAcceptance() {
    do {
      heard.add(parent.receiveMessage(Duration.ofSeconds(60)));
    } while (!(heard.getLast() instanceof StepEvent.Accepted));
  }

  private Settlements.Settle settled() {
    return settlements.expectMessageClass(Settlements.Settle.class, Duration.ofSeconds(60));
  }

  private ActorRef<PlanRunner.Command> start(Plan plan) {
    StepDependencies dependencies =
        new StepDependencies(
            kit.spawn(router()),
            kit.system().ignoreRef(),
            kit.spawn(user()),
            settlements.getRef(),
            user -> TierSettings.UNLIMITED,
            conduit,
            codecs,
            TokenCounter.estimate(),
            new InputMargins(),
            InstantSource.system(),
            new Random(1));
    StepSpec whole =
        new StepSpec(
            "generate",
            "resp_c_1_r",
            new Caller("default", "alice"),
            "sim",
            ModelCall.of("", List.of(Item.message("m", Role.USER, "Well?")), 1),
            null,
            false,
            "c",
            Workload.INTERACTIVE,
            TraceContext.NONE);
    return kit.spawn(PlanRunner.create(plan, whole, dependencies, parent.getRef()));
  }

  private Behavior<InferenceRouter.Command> router() {
    return Behaviors.receive(InferenceRouter.Command.class)
        .onMessage(
            InferenceRouter.Choose.class,
            choose -> {
              choose
                  .replyTo()
                  .tell(
                      new InferenceRouter.Chosen(
                          deployment,
                          node.getRef(),
                          "the only route",
                          Duration.ZERO,
                          false,
                          null,
                          null));
              return Behaviors.same();
            })
        .build();
  }

  private static Behavior<ShardingEnvelope<User.Command>> user() {
    return Behaviors.receiveMessage(
        envelope -> {
          if (envelope.message() instanceof User.Reserve reserve) {
            Reservation granted =
                new Reservation(
                    new Ticket("block", 1),
                    Instant.EPOCH,
                    Amounts.ZERO,
                    Amounts.ZERO,
                    reserve.demand().price());
            reserve
                .replyTo()
                .tell(
                    new Admission.Granted(
                        reserve.key(),
                        reserve.demand().outputTokens(),
                        granted,
                        new RateLimits(List.of())));
          }
          return Behaviors.same();
        });
  }

  private InferenceNode.Generate call() {
    return node.expectMessageClass(InferenceNode.Generate.class, Duration.ofSeconds(60));
  }

  private static String message(InferenceNode.Generate call) {
    ModelCall asked = ((Parcel.Here<ModelCall>) call.call()).value();
    return ((Item.Message) asked.items().getLast()).text();
  }

  /** Plays the whole generation of {@code call}. */
  private void say(InferenceNode.Generate call, String text) {
    call.replyTo().tell(new InferenceNode.Accepted(call.id(), generations.getRef(), false));
    Source.from(
            List.<Delta>of(
                new Delta.Text(text),
                new Delta.Consumed(USED),
                new Delta.Finished(FinishReason.STOP)))
        .runWith(conduit.to(call.deltas(), codecs.deltas()), kit.system());
  }

  /** Hears all there is, answering every credit, until the end. */
  private StepEvent.Outcome outcome() {
    while (true) {
      StepEvent event = parent.receiveMessage(Duration.ofSeconds(60));
      heard.add(event);
      if (event instanceof StepEvent.Produced produced) {
        produced.credit().tell(StepEvent.Credit.MORE);
      } else if (event instanceof StepEvent.Ended ended) {
        return ended.outcome();
      }
    }
  }

  private <T extends StepEvent> List<T> of(Class<T> type) {
    return heard.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static Plan fan(int branches, int concurrency) {
    List<Plan.Generate> calls = new ArrayList<>();
    List<Prompt.Part> joined = new ArrayList<>();
    for (int at = 0; at < branches; at++) {
      String id = "b" + at;
      calls.add(generate(id, List.of(new Prompt.Text("Ask " + id))));
      joined.add(new Prompt.Output(id, "# " + id + "\n"));
    }
    return new Plan("sim", List.of(new Plan.Map(calls, concurrency), generate("join", joined)));
  }

  private static Plan.Generate generate(String id, List<Prompt.Part> message) {
    return new Plan.Generate(id, id, new Prompt("", List.of(), message, Map.of()), 16);
  }
}
