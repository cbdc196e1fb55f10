package dev.weir.gateway.node;

import com.typesafe.config.Config;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.node.Role;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.http.GatewayServer;
import dev.weir.gateway.http.HttpSettings;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.response.RunHosts;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.builtin.Simulator;
import dev.weir.inference.provider.builtin.extract.ExtractEngine;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.openai.OpenAi;
import dev.weir.orchestrator.OrchestratorCodecs;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.http.javadsl.ServerBinding;

/** Wires the actors and servers that a node's roles ask for. */
final class Guardian {

  private final ActorContext<?> context;
  private final NodeSettings node;
  private final Config weir;
  private final Conduit conduit;
  private final Clock clock = Clock.systemUTC();
  private final Catalog catalog;
  private final KryoCodec kryo;
  private final OrchestratorCodecs codecs;

  Guardian(ActorContext<?> context, NodeSettings node, Conduit conduit) {
    this.context = context;
    this.node = node;
    this.weir = context.getSystem().settings().config().getConfig("weir");
    this.conduit = conduit;
    this.catalog = Catalog.from(weir);
    this.kryo = KryoCodec.of(context.getSystem(), WireCodec.MOST);
    this.codecs = OrchestratorCodecs.of(kryo);
  }

  /** Starts what runs on this node, and listens last. */
  CompletionStage<ServerBinding> start(BooleanSupplier memberUp) {
    if (node.roles().contains(Role.INFERENCE)) {
      inference();
    }
    if (node.roles().contains(Role.ORCHESTRATOR)) {
      orchestrator();
    }
    return gateway(memberUp);
  }

  private void inference() {
    ActorSystem<?> system = context.getSystem();
    Executor executor = system.executionContext()::execute;
    ProviderFactory builtin =
        ProviderFactory.by(
            "engine",
            Map.of(
                "sim",
                new Simulator(),
                "extract",
                deployment -> new ExtractEngine(deployment, executor)));
    StreamingHttp http = StreamingHttp.start(tls());
    system.getWhenTerminated().thenRun(http::close);
    Providers providers = new Providers(Map.of("builtin", builtin, "openai", new OpenAi(http)));
    context.spawn(
        InferenceNode.create(
            catalog, new Generation.Dependencies(providers::of, conduit, InferenceCodecs.of(kryo))),
        "inference");
  }

  private void orchestrator() {
    new OrchestratorNode(context, catalog, conduit, kryo).start();
  }

  private CompletionStage<ServerBinding> gateway(BooleanSupplier memberUp) {
    ActorSystem<?> system = context.getSystem();
    HttpSettings http = HttpSettings.from(weir);
    RunHosts hosts = new RunHosts();
    context.spawn(RunHosts.keeper(hosts), "run-hosts");
    Ulid ulid = new Ulid(clock, new Random());
    Responses responses = new Responses(system, hosts, conduit, codecs, ulid, http.admissionWait());
    return GatewayServer.bind(
        system,
        http,
        new GatewayServer.Services(
            Callers.from(weir),
            responses,
            catalog,
            ulid,
            () -> memberUp.getAsBoolean() && !hosts.isEmpty()));
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("This JDK has no TLS.", missing);
    }
  }
}
