package dev.weir.bench.bar;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.Provider;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An inference node in this process, without a cluster, whose upstream is played. */
record LoneNode(
    ActorSystem<Void> system,
    Config config,
    Catalog catalog,
    Conduit conduit,
    InferenceCodecs codecs,
    ActorRef<InferenceNode.Command> node)
    implements AutoCloseable {

  /** Starts one with {@code settings} (HOCON); {@code upstream} answers for all deployments. */
  static LoneNode start(String settings, Provider upstream) {
    Config config =
        ConfigFactory.parseString("pekko.loglevel = WARNING\n" + settings)
            .withFallback(ConfigFactory.load())
            .resolve();
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", config);
    Catalog catalog = Catalog.from(config.getConfig("weir"));
    Conduit conduit =
        Conduit.bind(system, ConduitSettings.from(config, NodeSettings.from(config).cluster()), 1)
            .toCompletableFuture()
            .join();
    InferenceCodecs codecs = InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), WireCodec.MOST));
    ActorRef<InferenceNode.Command> node =
        system.systemActorOf(
            InferenceNode.create(
                () -> catalog,
                new Generation.Dependencies(
                    deployment -> upstream, conduit, codecs, new AnswerCache(1, System::nanoTime)),
                new Limits("bench", system.ignoreRef())),
            "node",
            Props.empty());
    return new LoneNode(system, config, catalog, conduit, codecs, node);
  }

  @Override
  public void close() {
    system.terminate();
  }
}
