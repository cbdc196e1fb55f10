package dev.weir.inference.limit.cluster;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What an inference node has to do with the cluster's limits.
 *
 * @param node names this node's copies
 * @param owner who grants, wherever it is
 */
public record Limits(String node, ActorRef<LimitOwner.Command> owner) {

  /** Starts this node's part; {@code role} is that of the nodes that have one. */
  public static Limits start(ActorContext<?> context, String role) {
    ActorRef<LimitNode.Command> node = context.spawn(LimitNode.create(), "limits");
    return new Limits(
        LimitNode.name(context.getSystem(), node), LimitOwner.start(context.getSystem(), role));
  }
}
