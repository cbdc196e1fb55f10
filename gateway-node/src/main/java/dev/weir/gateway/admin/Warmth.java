package dev.weir.gateway.admin;

import dev.weir.inference.warm.Standing;
import dev.weir.inference.warm.Warmer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;

/**
 * How every inference node of the cluster stands with the upstreams it keeps warm. A node that does
 * not answer is left out.
 */
final class Warmth {

  private static final Duration WITHIN = Duration.ofSeconds(2);

  private final Survey survey;
  private final Address self;

  Warmth(ActorSystem<?> system) {
    this.survey = new Survey(system, WITHIN);
    this.self = Cluster.get(system.classicSystem()).selfMember().address();
  }

  /** By deployment and node. */
  CompletionStage<Map<String, Map<String, Standing>>> all() {
    return survey.of(Warmer.KEY, Warmer.Survey::new).thenApply(this::byDeployment);
  }

  private Map<String, Map<String, Standing>> byDeployment(
      Map<ActorRef<Warmer.Command>, Optional<Warmer.Census>> answers) {
    Map<String, Map<String, Standing>> known = new TreeMap<>();
    answers.forEach(
        (node, answer) ->
            answer
                .map(Warmer.Census::deployments)
                .orElse(Map.of())
                .forEach(
                    (deployment, standing) ->
                        known
                            .computeIfAbsent(deployment, any -> new TreeMap<>())
                            .put(name(node), standing)));
    return known;
  }

  private String name(ActorRef<?> node) {
    Address address = node.path().address();
    return (address.hasLocalScope() ? self : address).toString();
  }
}
