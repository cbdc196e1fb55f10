package dev.weir.inference.generation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.limit.cluster.LimitOwner;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.apache.pekko.stream.testkit.javadsl.TestSource;
import org.jspecify.annotations.Nullable;

/** What surrounds generations in these tests: a Conduit, and a provider that the test plays. */
final class Bench implements AutoCloseable {

  /** Deployment {@code one} has one slot and one place to wait. */
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              weir {
                deployments {
                  one { provider = played, slots = 1, queue.max-requests = 1 }
                  roomy { provider = played, slots = 1, queue.max-requests = 2 }
                  prompt { provider = played, slots = 1, queue.max-wait = 1ns }
                  timely { provider = played, slots = 1, queue.max-wait = 2s }
                  long { provider = played, slots = 1 }
                  adapts { provider = played, slots { min = 2, max = 9 } }
                  frail { provider = played, slots = 2, breaker { least-calls = 2, pause = 1ms } }
                  broken { provider = played, slots = 2, breaker { least-calls = 2, pause = 1h } }
                  limited { provider = played, slots = 2, limit = key }
                }
                limits.key { requests-per-minute = 6, tokens-per-minute = 100 }
              }
              """)
          .withFallback(ConfigFactory.load());

  final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  final ManualTime time = ManualTime.get(kit.system());
  final Catalog catalog = catalog("");
  final Deployment deployment = catalog.deployment("one").orElseThrow();
  final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  final AtomicLong nanos = new AtomicLong();
  final AnswerCache answers;
  final AtomicInteger unpacked = new AtomicInteger();
  final InferenceCodecs codecs = codecs(unpacked);
  final TestProbe<InferenceNode.Reply> asking = kit.createTestProbe(InferenceNode.Reply.class);
  final TestProbe<LimitOwner.Command> owner = kit.createTestProbe(LimitOwner.Command.class);
  private final BlockingQueue<TestPublisher.Probe<Delta>> exchanges = new LinkedBlockingQueue<>();

  Bench() {
    this(AnswerStore.NONE);
  }

  /** With a store behind the cache. */
  Bench(AnswerStore store) {
    answers = new AnswerCache(1 << 20, 1 << 20, nanos::get, store);
  }

  /** The catalog of these tests as {@code changes} make it. */
  static Catalog catalog(String changes) {
    return Catalog.from(ConfigFactory.parseString(changes).withFallback(CONFIG).getConfig("weir"));
  }

  private static InferenceCodecs codecs(AtomicInteger unpacked) {
    InferenceCodecs codecs = InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
    return new InferenceCodecs(codecs.deltas(), new Counting<>(codecs.calls(), unpacked));
  }

  /** Counts how often a value is read. */
  private record Counting<T>(Codec<T> codec, AtomicInteger read) implements Codec<T> {

    @Override
    public void encode(T value, ByteWriter out) {
      codec.encode(value, out);
    }

    @Override
    public T decode(ByteReader in) {
      read.incrementAndGet();
      return codec.decode(in);
    }

    @Override
    public int size(T value) {
      return codec.size(value);
    }
  }

  /** A request and the end of the stream that its run reads. */
  record Asked(InferenceNode.Generate request, TestSubscriber.Probe<Delta> reader) {}

  Asked ask(String deployment) {
    return ask(deployment, "u");
  }

  Asked ask(String deployment, String user) {
    ModelCall call = ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10);
    return ask(deployment, user, conduit.parcels().wrap(call, codecs.calls()));
  }

  Asked ask(String deployment, String user, Parcel<ModelCall> call) {
    return ask(deployment, user, call, null);
  }

  /** A call of that workload. */
  Asked ask(String deployment, String user, Workload workload) {
    return ask(deployment, user, new Asker(user, 1, workload), null);
  }

  /** A call whose answer is wanted for so long. */
  Asked ask(String deployment, String user, Duration left) {
    return ask(deployment, user, new Asker(user, 1, Workload.INTERACTIVE), left);
  }

  private Asked ask(String deployment, String user, Asker asker, @Nullable Duration left) {
    Asked asked = ask(deployment, user);
    InferenceNode.Generate it = asked.request();
    return new Asked(
        new InferenceNode.Generate(
            it.id(),
            it.deployment(),
            it.call(),
            it.tokens(),
            it.deltas(),
            it.trace(),
            it.replyTo(),
            asker,
            it.inputTokens(),
            null,
            left),
        asked.reader());
  }

  /** A call that shares its answer as {@code order} says. */
  Asked ask(CacheOrder order, String user) {
    ModelCall call = ModelCall.of("", List.of(Item.message("m", Role.USER, "Hi")), 10);
    return ask(order.deployment(), user, conduit.parcels().wrap(call, codecs.calls()), order);
  }

  private Asked ask(
      String deployment, String user, Parcel<ModelCall> call, @Nullable CacheOrder order) {
    Conduit.Inbound<Delta> inbound = conduit.open(codecs.deltas());
    return new Asked(
        new InferenceNode.Generate(
            new GenerationId("resp_" + user, "generate", 1),
            deployment,
            call,
            10,
            inbound.ticket(),
            TraceContext.NONE,
            asking.ref(),
            new Asker(user, 1, Workload.INTERACTIVE),
            5,
            order,
            null),
        inbound.source().runWith(TestSink.create(kit.system().classicSystem()), kit.system()));
  }

  /** Limits whose owner the test plays. */
  Limits limits() {
    return new Limits("node", owner.ref());
  }

  Generation.Dependencies dependencies() {
    return dependencies(call -> played());
  }

  Generation.Dependencies dependencies(Provider provider) {
    return new Generation.Dependencies(any -> provider, conduit, codecs, answers);
  }

  private Source<Delta, NotUsed> played() {
    return TestSource.<Delta>create(kit.system().classicSystem())
        .mapMaterializedValue(
            probe -> {
              exchanges.add(probe);
              return NotUsed.getInstance();
            });
  }

  /** The next exchange with the upstream. */
  TestPublisher.Probe<Delta> exchange() throws InterruptedException {
    TestPublisher.Probe<Delta> probe = exchanges.poll(30, TimeUnit.SECONDS);
    if (probe == null) {
      throw new AssertionError("no exchange");
    }
    return probe;
  }

  boolean hasExchanges() {
    return !exchanges.isEmpty();
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
