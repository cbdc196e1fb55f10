package dev.weir.gateway.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.node.Departures;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.node.Role;
import dev.weir.cluster.node.Stopping;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.gateway.admin.AdminServer;
import dev.weir.gateway.admin.AdminSettings;
import dev.weir.gateway.admin.Arrivals;
import dev.weir.gateway.admin.CatalogAdmin;
import dev.weir.gateway.admin.NodeStatus;
import dev.weir.gateway.budget.Budgets;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.conversation.Conversations;
import dev.weir.gateway.embedding.EmbeddingDesk;
import dev.weir.gateway.embedding.Embeddings;
import dev.weir.gateway.http.GatewayServer;
import dev.weir.gateway.http.HttpSettings;
import dev.weir.gateway.http.InFlight;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.response.RunHosts;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.redis.RedisStore;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Secrets;
import dev.weir.inference.catalog.store.CatalogStore;
import dev.weir.inference.change.CatalogClient;
import dev.weir.inference.change.CatalogFollower;
import dev.weir.inference.change.CatalogSettings;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.anthropic.Anthropic;
import dev.weir.inference.provider.builtin.SimControl;
import dev.weir.inference.provider.builtin.Simulator;
import dev.weir.inference.provider.builtin.embed.EmbedEngine;
import dev.weir.inference.provider.builtin.extract.ExtractEngine;
import dev.weir.inference.provider.gemini.Gemini;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.openai.OpenAi;
import dev.weir.inference.token.TokenCounter;
import dev.weir.inference.warm.Warmer;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.conversation.ParcelPacker;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.run.RunHost;
import dev.weir.orchestrator.user.UserDirectory;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.http.javadsl.ServerBinding;

/** Wires the actors and servers that a node's roles ask for. */
final class Guardian {

  private static final DispatcherSelector ENGINES =
      DispatcherSelector.fromConfig("pekko.actor.weir-engine-dispatcher");

  private final ActorContext<?> context;
  private final NodeSettings node;
  private final Config weir;
  private final Conduit conduit;
  private final Clock clock = Clock.systemUTC();
  private final CatalogView catalog;
  private final CatalogSettings changes;
  private final KryoCodec kryo;
  private final OrchestratorCodecs codecs;
  private final Simulator simulator = new Simulator();
  private final Providers providers;
  private final Leaving leaving;
  private final InFlight inFlight = new InFlight();
  private final CompletableFuture<Done> warm = new CompletableFuture<>();

  /**
   * @param kept the catalog's newest version, where this node has the database
   */
  Guardian(
      ActorContext<?> context,
      NodeSettings node,
      Conduit conduit,
      Optional<CatalogStore.Kept> kept) {
    this.context = context;
    this.node = node;
    this.weir = context.getSystem().settings().config().getConfig("weir");
    this.conduit = conduit;
    this.changes = CatalogSettings.from(weir);
    this.kryo = KryoCodec.of(context.getSystem(), WireCodec.MOST);
    this.codecs = OrchestratorCodecs.of(kryo);
    this.providers = providers();
    this.catalog = catalog(kept);
    this.leaving = new Leaving(context.getSystem());
  }

  /**
   * Where this node listens.
   *
   * @param work completes when it knows where runs go; at once where it hosts none itself
   */
  record Listening(ServerBinding gateway, ServerBinding admin, CompletionStage<Done> work) {}

  /** Starts what runs on this node, and listens last. */
  CompletionStage<Listening> start(BooleanSupplier memberUp) {
    context.spawn(Departures.create(conduit::retire), "departures");
    CoordinatedShutdown.get(context.getSystem())
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "conduit", () -> conduit.stop());
    if (changes.changes()) {
      context.spawn(
          CatalogFollower.create(catalog, conduit.parcels(), changes.pollInterval(), new Random()),
          "catalog-follower");
    }
    Optional<ActorRef<InferenceNode.Command>> inference =
        node.roles().contains(Role.INFERENCE) ? Optional.of(inference()) : Optional.empty();
    if (inference.isEmpty()) {
      warm.complete(Done.getInstance());
    }
    Optional<OrchestratorNode.Started> orchestrator =
        node.roles().contains(Role.ORCHESTRATOR) ? Optional.of(orchestrator()) : Optional.empty();
    Optional<ActorRef<RunHost.Command>> runs = orchestrator.map(OrchestratorNode.Started::runs);
    Stopping stopping = node.cluster().stopping();
    leaving.waitFor(
        new Leaving.Work(
            runs, orchestrator.map(OrchestratorNode.Started::embeddings), inference, inFlight),
        node.roles().contains(Role.GATEWAY) ? stopping.drainDelay() : Duration.ZERO,
        stopping.drainTimeout());
    RunHosts hosts = new RunHosts(clock);
    context.spawn(RunHosts.keeper(hosts), "run-hosts");
    ActorRef<EmbeddingDesk.Command> desk = context.spawn(EmbeddingDesk.create(), "embeddings");
    BooleanSupplier ready =
        () ->
            memberUp.getAsBoolean()
                && catalog.isKnown()
                && hosts.areReady()
                && warm.isDone()
                && !leaving.hasBegun();
    CompletionStage<Done> work =
        runs.isPresent() ? hosts.some() : CompletableFuture.completedFuture(Done.getInstance());
    NodeStatus.Sources sources =
        new NodeStatus.Sources(ready, leaving::hasBegun, catalog::standing, runs, inference);
    return admin(sources)
        .thenCompose(
            admin ->
                server(
                        ready,
                        node.roles().contains(Role.GATEWAY)
                            ? Optional.of(
                                services(
                                    hosts,
                                    desk,
                                    orchestrator.map(OrchestratorNode.Started::shards)))
                            : Optional.empty())
                    .thenApply(gateway -> new Listening(gateway, admin, work)));
  }

  /** What is configured, with the operators' changes as far as this node knows them by now. */
  private CatalogView catalog(Optional<CatalogStore.Kept> kept) {
    boolean calls = node.roles().contains(Role.INFERENCE);
    CatalogView view =
        new CatalogView(
            weir,
            new Secrets(this::variable, calls),
            new CatalogView.Hooks(providers::check, providers::retain));
    kept.ifPresent(version -> begin(view, version));
    if (!changes.changes() || node.roles().contains(Role.ORCHESTRATOR)) {
      view.know();
    }
    return view;
  }

  private static void begin(CatalogView view, CatalogStore.Kept kept) {
    try {
      view.begin(kept.version().number(), kept.changes());
    } catch (ConfigException wrong) {
      throw new ConfigException.Generic(
          "Version "
              + kept.version().number()
              + " of the catalog, as changed at run time, does not go with this configuration: "
              + wrong.getMessage()
              + "; start with weir.catalog.changes = off to roll it back",
          wrong);
    }
  }

  private Optional<String> variable(String name) {
    Config config = context.getSystem().settings().config();
    return config.hasPath(name)
        ? Optional.of(config.getString(name))
        : Optional.ofNullable(System.getenv(name));
  }

  private ActorRef<InferenceNode.Command> inference() {
    providers.check(catalog.get().deployments());
    AnswerStore store = RedisStore.from(weir);
    context.getSystem().getWhenTerminated().thenRun(store::close);
    context.spawn(
        Warmer.create(
            catalog,
            catalog::whenKnown,
            providers::of,
            () -> warm.complete(Done.getInstance()),
            new Random()),
        "warmth");
    return context.spawn(
        InferenceNode.create(
            catalog,
            catalog::whenKnown,
            Site.from(weir),
            new Generation.Dependencies(
                providers::of, conduit, InferenceCodecs.of(kryo), AnswerCache.from(weir, store)),
            Limits.start(context, Role.INFERENCE.label())),
        "inference");
  }

  private Providers providers() {
    ActorSystem<?> system = context.getSystem();
    Executor executor = system.dispatchers().lookup(ENGINES);
    ProviderFactory builtin =
        ProviderFactory.by(
            "engine",
            Map.of(
                "sim",
                simulator,
                "extract",
                deployment -> new ExtractEngine(deployment, executor),
                "embed",
                EmbedEngine.factory(executor)));
    StreamingHttp http = StreamingHttp.start(tls());
    system.getWhenTerminated().thenRun(http::close);
    return new Providers(
        Map.of(
            "builtin", builtin,
            "openai", new OpenAi(http),
            "anthropic", new Anthropic(http),
            "gemini", new Gemini(http)));
  }

  private OrchestratorNode.Started orchestrator() {
    return new OrchestratorNode(context, catalog, conduit, kryo).start();
  }

  private CompletionStage<ServerBinding> admin(NodeStatus.Sources sources) {
    ActorSystem<?> system = context.getSystem();
    Arrivals arrivals = new Arrivals();
    context.spawn(Arrivals.keeper(arrivals, clock), "arrivals");
    return AdminServer.bind(
            system,
            AdminSettings.from(weir),
            new AdminServer.Services(
                new NodeStatus(system, arrivals, sources),
                new CatalogAdmin(system, catalog, new CatalogClient(system, conduit.parcels())),
                this::simulated,
                leaving::begin))
        .thenApply(leaving::stopListening);
  }

  private Optional<SimControl> simulated(String deployment) {
    return catalog
        .get()
        .deployment(deployment)
        .flatMap(
            known -> {
              providers.of(known);
              return simulator.control(deployment);
            });
  }

  private CompletionStage<ServerBinding> server(
      BooleanSupplier ready, Optional<GatewayServer.Services> services) {
    return GatewayServer.bind(
            context.getSystem(),
            HttpSettings.from(weir),
            new GatewayServer.Basics(
                Callers.from(weir), new Ulid(clock, new Random()), ready, inFlight),
            services)
        .thenApply(leaving::stopListening);
  }

  /**
   * What a gateway serves.
   *
   * @param here the users and conversations of this node, if it keeps any
   */
  private GatewayServer.Services services(
      RunHosts hosts, ActorRef<EmbeddingDesk.Command> desk, Optional<Shards> here) {
    ActorSystem<?> system = context.getSystem();
    Shards shards = here.orElseGet(() -> Shards.elsewhere(system));
    Ulid ulid = new Ulid(clock, new Random());
    Pipelines pipelines = Pipelines.from(weir, TokenCounter.estimate());
    UnaryOperator<String> label =
        model -> pipelines.model(model).isPresent() ? model : catalog.get().label(model);
    Responses responses =
        new Responses(
            system, hosts, conduit, codecs, ulid, HttpSettings.from(weir).admissionWait(), label);
    return new GatewayServer.Services(
        responses,
        new Conversations(
            new Entities<>(system, shards.conversations()),
            new ParcelPacker(conduit.parcels(), codecs.items()),
            ulid),
        new Budgets(new Entities<>(system, shards.users())),
        new Offer(catalog, pipelines, UserDirectory.from(weir, Caller::hash)),
        pipelines,
        new Embeddings(desk, conduit.parcels(), ulid, label));
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("This JDK has no TLS.", missing);
    }
  }
}
