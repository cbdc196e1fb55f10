package dev.weir.inference.generation;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How far a node has come in leaving: staying → draining, while latecomers are still taken → quiet
 * → gone, once it has no calls. A part of {@link InferenceNode}, used by its actor alone.
 */
final class Leaving {

  private final List<ActorRef<Done>> awaited = new ArrayList<>();
  private boolean draining;
  private boolean quiet;

  /** One more waits for its end; whether this is the first that wants it. */
  boolean begin(ActorRef<Done> replyTo) {
    boolean first = !draining;
    draining = true;
    awaited.add(replyTo);
    return first;
  }

  boolean isDraining() {
    return draining;
  }

  /** Nothing comes any more. */
  void quiet() {
    quiet = true;
  }

  /** Leaves what is left to do to the flights, where the node itself has nothing. */
  void answer(boolean empty, ActorRef<Flights.Command> flights) {
    if (quiet && empty) {
      awaited.forEach(replyTo -> flights.tell(new Flights.Drain(replyTo)));
      awaited.clear();
    }
  }
}
