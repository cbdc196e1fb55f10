package dev.weir.gateway.node;

import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.change.CatalogFollower;
import dev.weir.inference.generation.Flights;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Nodes of this process that have just met: a ready one does not yet know of all the others. */
final class Meeting {

  private static final List<ServiceKey<?>> KEYS =
      List.of(
          InferenceNode.KEY,
          Flights.KEY,
          RunHost.KEY,
          EmbedHost.KEY,
          ServiceKey.create(CatalogDesk.Command.class, "catalog-desk"),
          ServiceKey.create(CatalogFollower.Command.class, "catalog-follower"));

  private Meeting() {}

  /** Returns once each node knows what every other one offers. */
  static void of(List<TestNode> nodes) {
    List<ActorSystem<?>> systems =
        nodes.stream().<ActorSystem<?>>map(node -> node.node().system()).toList();
    KEYS.forEach(
        key -> Await.until("all nodes to know every " + key.id(), () -> met(systems, key)));
  }

  private static <T> boolean met(List<ActorSystem<?>> systems, ServiceKey<T> key) throws Exception {
    long offered = 0;
    Set<Integer> known = new HashSet<>();
    for (ActorSystem<?> system : systems) {
      Set<ActorRef<T>> listed = listed(system, key);
      offered += listed.stream().filter(ref -> ref.path().address().hasLocalScope()).count();
      known.add(listed.size());
    }
    return known.equals(Set.of((int) offered));
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
