package dev.weir.gateway.node;

import com.typesafe.config.Config;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseExtension;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.membership.Members;
import dev.weir.cluster.node.Role;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.store.CatalogStore;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.catalog.store.JdbcCatalogStore;
import dev.weir.inference.change.CatalogClient;
import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.change.CatalogSettings;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Location;
import dev.weir.inference.routing.RetrySettings;
import dev.weir.inference.shadow.cluster.Shadows;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.JdbcConversationKeys;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.conversation.ParcelPacker;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.plan.InputMargins;
import dev.weir.orchestrator.plan.StepDependencies;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.run.Claims;
import dev.weir.orchestrator.run.ReaderStreams;
import dev.weir.orchestrator.run.Recovery;
import dev.weir.orchestrator.run.RunArchive;
import dev.weir.orchestrator.run.RunDependencies;
import dev.weir.orchestrator.run.RunHost;
import dev.weir.orchestrator.run.RunSettings;
import dev.weir.orchestrator.run.store.JdbcIdempotencyStore;
import dev.weir.orchestrator.run.store.JdbcRunStore;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import dev.weir.orchestrator.user.UserDirectory;
import java.time.Clock;
import java.util.Random;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** Wires what an orchestrator node runs: users, conversations, and the runs between them. */
final class OrchestratorNode {

  private final ActorContext<?> context;
  private final ActorSystem<?> system;
  private final Config weir;
  private final CatalogView catalog;
  private final Conduit conduit;
  private final KryoCodec kryo;
  private final Clock clock = Clock.systemUTC();

  OrchestratorNode(ActorContext<?> context, CatalogView catalog, Conduit conduit, KryoCodec kryo) {
    this.context = context;
    this.system = context.getSystem();
    this.weir = system.settings().config().getConfig("weir");
    this.catalog = catalog;
    this.conduit = conduit;
    this.kryo = kryo;
  }

  /**
   * What was started: the hosts of runs and embeddings of this node, and the way to all users and
   * conversations.
   */
  record Started(
      ActorRef<RunHost.Command> runs, ActorRef<EmbedHost.Command> embeddings, Shards shards) {}

  Started start() {
    Database database = DatabaseExtension.of(system);
    CatalogStore versions = new JdbcCatalogStore(database);
    context.spawn(
        CatalogDesk.create(
            versions,
            new Changes(versions, catalog, clock),
            conduit.parcels(),
            CatalogSettings.from(weir).followingWait()),
        "catalog-desk");
    RunArchive archive = new RunArchive(new JdbcRunStore(database, clock), kryo);
    RunSettings settings = RunSettings.from(weir);
    Claims claims =
        new Claims(
            new JdbcIdempotencyStore(database), archive, settings.idempotencyWindow(), clock);
    OrchestratorCodecs codecs = OrchestratorCodecs.of(kryo);
    Packer packer = new ParcelPacker(conduit.parcels(), codecs.items());
    UserDirectory tiers = UserDirectory.from(weir, Caller::hash);
    var users = users(tiers);
    var conversations =
        Conversation.init(
            ClusterSharding.get(system),
            Role.ORCHESTRATOR.label(),
            new Conversation.Setting(new JdbcConversationKeys(database, clock), packer, clock));
    RunDependencies runs =
        new RunDependencies(
            settings,
            new StepDependencies(
                context.spawn(
                    InferenceRouter.create(
                        catalog,
                        RetrySettings.from(weir),
                        Location.from(weir),
                        rollouts(),
                        new Random()),
                    "router"),
                shadows(),
                users,
                context.spawn(Settlements.create(users), "settlements"),
                tiers,
                conduit,
                InferenceCodecs.of(kryo),
                TokenCounter.estimate(),
                new InputMargins(),
                clock,
                new Random()),
            new ReaderStreams(system, conduit, codecs.events()),
            new Entities<>(system, conversations),
            packer,
            archive,
            claims,
            conduit.parcels(),
            codecs,
            Pipelines.from(weir, TokenCounter.estimate()));
    Members members = new Members(system);
    context.spawn(
        Recovery.create(
            archive,
            conduit.incarnation(),
            members::contains,
            () ->
                archive
                    .purge(clock.instant().minus(settings.retention()))
                    .thenCombine(claims.purge(), Integer::sum)),
        "recovery");
    return new Started(
        context.spawn(RunHost.create(conduit.incarnation(), members::contains, runs), "runs"),
        context.spawn(EmbedHost.create(runs.steps()), "embed-host"),
        new Shards(conversations, users));
  }

  private ActorRef<Shadows.Command> shadows() {
    return context.spawn(
        Shadows.create(
            new Shadows.Dependencies(
                catalog, conduit, InferenceCodecs.of(kryo), TokenCounter.estimate(), clock)),
        "shadows");
  }

  /** Where the catalog does not change, no canary does. */
  private ActorRef<RolloutKeeper.Command> rollouts() {
    return CatalogSettings.from(weir).changes()
        ? RolloutKeeper.start(
            system,
            Role.ORCHESTRATOR.label(),
            catalog,
            new CatalogClient(system, conduit.parcels())::put)
        : system.ignoreRef();
  }

  private ActorRef<ShardingEnvelope<User.Command>> users(UserDirectory tiers) {
    Ulid ulid = new Ulid(clock, new Random());
    User.Parts parts =
        new User.Parts(tiers, clock, ulid::next, weir.getDuration("cluster.passivate-after"));
    return ClusterSharding.get(system)
        .init(User.entity(system, parts).withRole(Role.ORCHESTRATOR.label()));
  }
}
