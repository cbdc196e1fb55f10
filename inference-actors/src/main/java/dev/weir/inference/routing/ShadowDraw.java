package dev.weir.inference.routing;

import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Shadow;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter.Choose;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Draws the calls that a model's shadow is asked, too: its share of the first attempts to answer,
 * but none that may not go to the shadow's deployment by its tags. A part of {@link
 * InferenceRouter}, used by its actor alone.
 */
final class ShadowDraw {

  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes;
  private final RandomGenerator random;

  ShadowDraw(NodeChoice<ActorRef<InferenceNode.Command>> nodes, RandomGenerator random) {
    this.nodes = nodes;
    this.random = random;
  }

  /** Where the shadow of this call goes; null when it has none. */
  @Nullable ShadowRoute draw(Model model, Catalog now, Choose choose) {
    Shadow shadow = model.shadow();
    if (shadow == null || choose.purpose() != Purpose.ANSWER || !choose.tried().isEmpty()) {
      return null;
    }
    boolean drawn = random.nextDouble() < shadow.share();
    return now.deployment(shadow.deployment())
        .filter(deployment -> drawn)
        .filter(choose.call()::mayGoTo)
        .map(
            deployment ->
                new ShadowRoute(
                    now.label(model.name()), shadow, deployment, node(deployment).orElse(null)))
        .orElse(null);
  }

  private Optional<ActorRef<InferenceNode.Command>> node(Deployment deployment) {
    Set<ActorRef<InferenceNode.Command>> closed = nodes.notFor(Workload.BACKGROUND);
    closed.addAll(nodes.broken(deployment.label()));
    return nodes.choose(deployment.name(), deployment.slots(), "", closed, Set.of());
  }
}
