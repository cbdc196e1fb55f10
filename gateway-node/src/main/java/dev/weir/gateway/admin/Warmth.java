package dev.weir.gateway.admin;

import dev.weir.inference.warm.Standing;
import dev.weir.inference.warm.Warmer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.cluster.Cluster;

/**
 * How every inference node of the cluster stands with the upstreams it keeps warm. A node that does
 * not answer is left out.
 */
final class Warmth {

  private static final Duration WITHIN = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final Address self;

  Warmth(ActorSystem<?> system) {
    this.system = system;
    this.self = Cluster.get(system.classicSystem()).selfMember().address();
  }

  /** By deployment and node. */
  CompletionStage<Map<String, Map<String, Standing>>> all() {
    return AskPattern.<Receptionist.Command, Receptionist.Listing>ask(
            system.receptionist(),
            replyTo -> Receptionist.find(Warmer.KEY, replyTo),
            WITHIN,
            system.scheduler())
        .thenCompose(this::ask);
  }

  private CompletionStage<Map<String, Map<String, Standing>>> ask(Receptionist.Listing listing) {
    CompletionStage<Map<String, Map<String, Standing>>> all =
        CompletableFuture.completedFuture(new TreeMap<>());
    for (ActorRef<Warmer.Command> node : listing.getServiceInstances(Warmer.KEY)) {
      CompletionStage<Warmer.Census> answer =
          AskPattern.<Warmer.Command, Warmer.Census>ask(
                  node, Warmer.Survey::new, WITHIN, system.scheduler())
              .exceptionally(silence -> new Warmer.Census(Map.of()));
      all = all.thenCombine(answer, (known, census) -> plus(known, name(node), census));
    }
    return all;
  }

  private String name(ActorRef<?> node) {
    Address address = node.path().address();
    return (address.hasLocalScope() ? self : address).toString();
  }

  private static Map<String, Map<String, Standing>> plus(
      Map<String, Map<String, Standing>> known, String node, Warmer.Census census) {
    census
        .deployments()
        .forEach(
            (deployment, standing) ->
                known.computeIfAbsent(deployment, any -> new TreeMap<>()).put(node, standing));
    return known;
  }
}
