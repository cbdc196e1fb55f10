package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Tells an inference node what its generations of one deployment come to. Thread safe. */
final class Reporter implements Listener {

  private final ActorRef<InferenceNode.Command> node;
  private final String deployment;

  /** Whether anybody wants to know of first tokens. */
  private final boolean learns;

  Reporter(ActorRef<InferenceNode.Command> node, Deployment deployment) {
    this.node = node;
    this.deployment = deployment.name();
    this.learns = deployment.limit() != null || deployment.leastSlots() < deployment.slots();
  }

  @Override
  public void begun(ActorRef<Generation.Command> generation, Duration firstToken) {
    if (learns) {
      node.tell(new InferenceNode.Begun(deployment, generation, firstToken));
    }
  }

  @Override
  public void produced(ActorRef<Generation.Command> generation, long tokens) {
    node.tell(new InferenceNode.Produced(deployment, generation, tokens));
  }

  @Override
  public void ended(
      ActorRef<Generation.Command> generation,
      boolean answered,
      @Nullable WeirError failure,
      OptionalLong tokens) {
    node.tell(new InferenceNode.Came(deployment, generation, answered, failure, tokens));
  }
}
