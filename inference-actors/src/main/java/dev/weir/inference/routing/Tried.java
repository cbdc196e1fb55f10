package dev.weir.inference.routing;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.generation.InferenceNode;
import org.apache.pekko.actor.typed.ActorRef;

/** One call that was made for an answer, and did not bring it. */
public record Tried(
    String deployment, ActorRef<InferenceNode.Command> node, Why why, WeirError error) {

  /** What became of it. */
  public enum Why {
    /** The node did not take it: it reached no upstream. */
    REFUSED,
    /** The node went away, or its word of the end did. */
    LOST,
    /** The upstream failed. */
    FAILED,
    /** The upstream failed the call of another, whose answer was to be this one's, too. */
    FOLLOWED,
    /** Nothing yet: it still goes on. */
    SLOW
  }
}
