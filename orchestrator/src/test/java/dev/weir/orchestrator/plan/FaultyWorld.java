package dev.weir.orchestrator.plan;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.builtin.SimControl;
import dev.weir.inference.provider.builtin.Simulator;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.RetrySettings;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Amounts;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Reservation;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.Ticket;
import dev.weir.orchestrator.user.User;
import dev.weir.orchestrator.user.UserDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/**
 * Steps, a router and an inference node as they are, with two simulated upstreams: {@code shaky}
 * with faults, {@code sound} without. Only budgets grant everything.
 */
final class FaultyWorld implements AutoCloseable {

  private static final int AT_ONCE = 100;

  /** What a client has at the end. */
  record Answer(String text, StepEvent.Result result) {}

  final Simulator simulator = new Simulator();
  private final ActorTestKit kit = ActorTestKit.create();
  private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
  private final Catalog catalog;
  private final Providers providers =
      new Providers(Map.of("builtin", ProviderFactory.by("engine", Map.of("sim", simulator))));
  private final StepDependencies dependencies;
  private final AtomicLong asked = new AtomicLong();
  private final Semaphore free = new Semaphore(AT_ONCE);

  /**
   * A world.
   *
   * @param shaky more options of that deployment
   */
  FaultyWorld(String shaky) {
    Config config =
        ConfigFactory.parseString(
                """
                weir.deployment-defaults {
                  slots = 64, continuation = assistant
                  engine = sim, time-to-first-token = 0, inter-token = 0, jitter = 0, tokens = 20
                  seed = 1, slow-down = 0, faults = [], request-overrides = off
                }
                weir.deployments {
                  shaky {
                    provider = builtin
                    %s
                  }
                  sound { provider = builtin }
                }
                weir.models {
                  backed { deployments = [shaky], fallback = [sound] }
                  alone { deployments = [shaky] }
                  sound { deployments = [sound] }
                }
                """
                    .formatted(shaky))
            .withFallback(ConfigFactory.load())
            .resolve();
    Config weir = config.getConfig("weir");
    catalog = Catalog.from(weir);
    Conduit conduit =
        Conduit.bind(
                kit.system(), ConduitSettings.from(config, NodeSettings.from(config).cluster()), 1)
            .toCompletableFuture()
            .join();
    InferenceCodecs codecs = InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
    kit.spawn(
        InferenceNode.create(
            () -> catalog,
            new Generation.Dependencies(
                this::counted, conduit, codecs, new AnswerCache(0, System::nanoTime)),
            new Limits("node", kit.system().ignoreRef())));
    dependencies =
        new StepDependencies(
            kit.spawn(
                InferenceRouter.create(
                    () -> catalog,
                    RetrySettings.from(weir),
                    kit.system().ignoreRef(),
                    new Random(1))),
            kit.system().ignoreRef(),
            kit.spawn(user()),
            kit.spawn(Behaviors.<Settlements.Command>ignore()),
            UserDirectory.from(ConfigFactory.empty(), Caller::hash),
            conduit,
            codecs,
            TokenCounter.estimate(),
            new InputMargins(),
            Instant::now,
            new Random(2));
  }

  private Provider counted(Deployment deployment) {
    Provider provider = providers.of(deployment);
    AtomicLong counter = calls.computeIfAbsent(deployment.name(), name -> new AtomicLong());
    return call -> {
      counter.incrementAndGet();
      return provider.generate(call);
    };
  }

  private static Behavior<ShardingEnvelope<User.Command>> user() {
    return Behaviors.receiveMessage(
        envelope -> {
          if (envelope.message() instanceof User.Reserve reserve) {
            Reservation granted =
                new Reservation(
                    new Ticket("b", 1), Instant.EPOCH, Amounts.ZERO, Amounts.ZERO, Price.FREE);
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

  /** How often a deployment was called. */
  long calls(String deployment) {
    return calls.getOrDefault(deployment, new AtomicLong()).get();
  }

  SimControl control(String deployment) {
    providers.of(catalog.deployment(deployment).orElseThrow());
    return simulator.control(deployment).orElseThrow();
  }

  /** Asks so many times, a bounded number at once, each time something else. */
  List<Answer> ask(String model, int times, int users) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int time = 0; time < times; time++) {
      free.acquireUninterruptibly();
      answers.add(
          ask(model, "user" + time % users, "Question " + time)
              .whenComplete((answer, failure) -> free.release()));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private CompletableFuture<Answer> ask(String model, String user, String question) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    ActorRef<StepEvent> client = kit.spawn(client(answer));
    kit.spawn(
        GenerateStep.create(
            new StepSpec(
                "s",
                "resp_" + asked.incrementAndGet(),
                new Caller("t", user),
                model,
                ModelCall.of("", List.of(Item.message("m", Role.USER, question)), 100),
                null,
                false,
                "",
                Workload.INTERACTIVE,
                TraceContext.NONE),
            dependencies,
            client));
    return answer;
  }

  private static Behavior<StepEvent> client(CompletableFuture<Answer> answer) {
    StringBuilder text = new StringBuilder();
    return Behaviors.receiveMessage(
        event -> {
          switch (event) {
            case StepEvent.Produced produced -> {
              for (Delta delta : produced.deltas()) {
                if (delta instanceof Delta.Text(String more)) {
                  text.append(more);
                }
              }
              produced.credit().tell(StepEvent.Credit.MORE);
            }
            case StepEvent.Ended ended -> {
              answer.complete(new Answer(text.toString(), ended.outcome().result()));
              return Behaviors.stopped();
            }
            case StepEvent.Accepted accepted -> {}
            case StepEvent.Queued queued -> {}
            case StepEvent.Opened opened -> {}
            case StepEvent.Closed closed -> {}
          }
          return Behaviors.same();
        });
  }

  void await(Runnable holds) {
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(90),
            Duration.ofMillis(100),
            () -> {
              holds.run();
              return this;
            });
  }

  @Override
  public void close() {
    dependencies.conduit().stop().toCompletableFuture().join();
    kit.shutdownTestKit();
  }
}
