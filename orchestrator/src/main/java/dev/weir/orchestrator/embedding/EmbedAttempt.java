package dev.weir.orchestrator.embedding;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.embedding.EmbedId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.user.Demand;
import dev.weir.orchestrator.user.Key;
import dev.weir.orchestrator.user.Reservation;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of an embeddings request.
 *
 * @param inputTokens the bound that is reserved
 * @param margin the factor by which the estimated input was made a bound
 * @param reservation null until it is granted
 * @param begun whether its inputs are on their way to the upstream
 */
record EmbedAttempt(
    EmbedId id,
    Deployment deployment,
    ActorRef<InferenceNode.Command> node,
    long inputTokens,
    double margin,
    @Nullable Reservation reservation,
    boolean begun) {

  private static final String STEP = "embed";

  EmbedAttempt granted(Reservation granted) {
    return new EmbedAttempt(id, deployment, node, inputTokens, margin, granted, begun);
  }

  EmbedAttempt started() {
    return new EmbedAttempt(id, deployment, node, inputTokens, margin, reservation, true);
  }

  Tried tried(Tried.Why why, WeirError error) {
    return new Tried(deployment.name(), node, why, error);
  }

  Key key() {
    return new Key(id.request(), STEP, id.attempt());
  }

  Demand demand() {
    return new Demand(inputTokens, 0, 0, deployment.price());
  }
}
