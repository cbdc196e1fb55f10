package dev.weir.orchestrator.embedding;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;

/** What can go wrong with an embeddings request that is not its model's doing. */
final class EmbedErrors {

  private EmbedErrors() {}

  static WeirError noRoute() {
    return new WeirError.Unavailable(
        "no_route", "The router did not answer in time; try again shortly.", Duration.ofSeconds(2));
  }

  static WeirError lostNode() {
    return new WeirError.Unavailable(
        "inference_node_lost", "The inference node went away.", Duration.ofSeconds(1));
  }

  static WeirError tooLong(int input, long tokens, Deployment deployment) {
    return new WeirError.InvalidRequest(
        "context_length_exceeded",
        "Input %d has about %d tokens; '%s' takes %d at most."
            .formatted(input, tokens, deployment.name(), deployment.contextWindow()),
        "input");
  }
}
