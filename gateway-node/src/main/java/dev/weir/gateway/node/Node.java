package dev.weir.gateway.node;

import com.typesafe.config.Config;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.database.DatabaseExtension;
import dev.weir.cluster.node.ClusterFormation;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.node.PekkoConfig;
import dev.weir.cluster.node.Role;
import dev.weir.cluster.telemetry.Telemetry;
import dev.weir.cluster.telemetry.TelemetrySettings;
import dev.weir.gateway.http.HttpSettings;
import dev.weir.inference.catalog.store.CatalogStore;
import dev.weir.inference.catalog.store.JdbcCatalogStore;
import dev.weir.inference.change.CatalogSettings;
import dev.weir.orchestrator.persistence.PersistenceConfig;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;

/** One node: an actor system that is a cluster member, with what its roles ask for. */
public final class Node {

  private final ActorSystem<?> system;
  private final Guardian.Listening listening;

  private Node(ActorSystem<?> system, Guardian.Listening listening) {
    this.system = system;
    this.listening = listening;
  }

  /**
   * Starts a node; completes once it is a member of its cluster, listens and can take runs.
   *
   * @param config the whole configuration, reference included
   * @throws com.typesafe.config.ConfigException when it is wrong, naming the key
   */
  public static CompletionStage<Node> start(Config config) {
    NodeSettings settings = NodeSettings.from(config);
    ConduitSettings conduit = ConduitSettings.from(config, settings.cluster());
    TelemetrySettings telemetry = TelemetrySettings.from(config);
    CompletableFuture<Guardian.Listening> bound = new CompletableFuture<>();
    ActorSystem<Object> system =
        ActorSystem.create(
            root(settings, conduit, bound),
            ClusterFormation.SYSTEM,
            PekkoConfig.of(settings, PersistenceConfig.overlay().withFallback(config)));
    Telemetry.Running telling = Telemetry.start(telemetry, config);
    CoordinatedShutdown.get(system)
        .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "telemetry", telling::stop);
    return bound
        .thenCombine(
            ClusterFormation.form(system, settings.cluster()),
            (listening, up) -> new Node(system, listening))
        .thenCompose(node -> node.listening.work().thenApply(known -> node))
        .whenComplete(
            (node, failure) -> {
              if (failure != null) {
                system.terminate();
              }
            });
  }

  /** What the root is told. */
  private sealed interface Progress {}

  private record Listening(Conduit conduit, Optional<CatalogStore.Kept> catalog)
      implements Progress {}

  private record Failed(Throwable failure) implements Progress {}

  private static Behavior<Object> root(
      NodeSettings settings, ConduitSettings conduit, CompletableFuture<Guardian.Listening> bound) {
    return Behaviors.setup(
        context -> {
          ActorSystem<?> system = context.getSystem();
          long incarnation = Cluster.get(system.classicSystem()).selfUniqueAddress().longUid();
          context.pipeToSelf(
              Conduit.bind(system, conduit, incarnation)
                  .thenCombine(database(system, settings), Listening::new),
              (listening, failure) -> failure == null ? listening : new Failed(failure));
          return Behaviors.receiveMessage(
              message -> {
                switch (message) {
                  case Listening(Conduit listening, var kept) ->
                      wired(() -> new Guardian(context, settings, listening, kept), system)
                          .whenComplete(
                              (binding, failure) -> {
                                if (failure == null) {
                                  bound.complete(binding);
                                } else {
                                  bound.completeExceptionally(failure);
                                }
                              });
                  case Failed(Throwable failure) -> bound.completeExceptionally(failure);
                  default -> context.getLog().warn("Unexpected {}", message.getClass());
                }
                return Behaviors.same();
              });
        });
  }

  /**
   * What is wrong with the configuration shows when it is used: it fails the start, not an actor.
   */
  private static CompletionStage<Guardian.Listening> wired(
      Supplier<Guardian> guardian, ActorSystem<?> system) {
    try {
      return guardian.get().start(() -> ClusterFormation.isUp(system));
    } catch (RuntimeException wrong) {
      return CompletableFuture.failedFuture(wrong);
    }
  }

  /**
   * Opens and migrates the database beside the joining, and reads the newest version of the catalog
   * there; gateways and inference nodes need none.
   */
  private static CompletionStage<Optional<CatalogStore.Kept>> database(
      ActorSystem<?> system, NodeSettings settings) {
    if (!settings.roles().contains(Role.ORCHESTRATOR)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    boolean changes = CatalogSettings.from(system.settings().config().getConfig("weir")).changes();
    return CompletableFuture.supplyAsync(
            () -> DatabaseExtension.of(system),
            system.dispatchers().lookup(DispatcherSelector.blocking()))
        .thenCompose(
            database ->
                changes
                    ? new JdbcCatalogStore(database).current()
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  /** Where clients reach it, if it is a gateway; what it tells of itself is there on any node. */
  public int port() {
    return listening.gateway().localAddress().getPort();
  }

  /** How a client on this machine reaches it. */
  public String url() {
    String host = system.settings().config().getString("weir.http.host");
    return HttpSettings.url(host, port());
  }

  /** Where operators reach it. */
  public int adminPort() {
    return listening.admin().localAddress().getPort();
  }

  /** Leaves the cluster in order and stops; completes when all has ended. */
  public CompletionStage<Done> stop() {
    return CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason());
  }

  public ActorSystem<?> system() {
    return system;
  }
}
