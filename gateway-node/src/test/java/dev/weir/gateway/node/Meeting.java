package dev.weir.gateway.node;

import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.change.CatalogFollower;
import dev.weir.inference.generation.Flights;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.typed.Cluster;

/** Nodes of this process that have just met: a ready one does not yet know of all the others. */
final class Meeting {

  /** What each node with a role offers. */
  private static final Map<ServiceKey<?>, String> KEYS =
      Map.of(
          InferenceNode.KEY,
          "inference",
          Flights.KEY,
          "inference",
          RunHost.KEY,
          "orchestrator",
          EmbedHost.KEY,
          "orchestrator",
          ServiceKey.create(CatalogDesk.Command.class, "catalog-desk"),
          "orchestrator",
          ServiceKey.create(CatalogFollower.Command.class, "catalog-follower"),
          "");

  private Meeting() {}

  /** Returns once the node knows of its own run host and inference node, which it has by gossip. */
  static void withItself(TestNode node) {
    ActorSystem<?> system = node.node().system();
    for (ServiceKey<?> key : List.of(InferenceNode.KEY, RunHost.KEY)) {
      if (has(system, KEYS.getOrDefault(key, ""))) {
        Await.until("a node to know its own " + key.id(), () -> isListed(system, key));
      }
    }
  }

  private static <T> boolean isListed(ActorSystem<?> system, ServiceKey<T> key) throws Exception {
    return listed(system, key).stream().anyMatch(ref -> ref.path().address().hasLocalScope());
  }

  /** Returns once each node knows what every other one offers. */
  static void of(List<TestNode> nodes) {
    List<ActorSystem<?>> systems =
        nodes.stream().<ActorSystem<?>>map(node -> node.node().system()).toList();
    KEYS.forEach(
        (key, role) -> {
          long offered = systems.stream().filter(system -> has(system, role)).count();
          Await.until("all nodes to know every " + key.id(), () -> met(systems, key, offered));
        });
  }

  private static boolean has(ActorSystem<?> system, String role) {
    return role.isEmpty() || Cluster.get(system).selfMember().hasRole(role);
  }

  private static <T> boolean met(List<ActorSystem<?>> systems, ServiceKey<T> key, long offered)
      throws Exception {
    for (ActorSystem<?> system : systems) {
      if (listed(system, key).size() != offered) {
        return false;
      }
    }
    return true;
  }

  private static <T> Set<ActorRef<T>> listed(ActorSystem<?> system, ServiceKey<T> key)
      throws Exception {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(key, replyTo),
            Duration.ofSeconds(5),
            system.scheduler())
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS)
        .getServiceInstances(key);
  }
}
