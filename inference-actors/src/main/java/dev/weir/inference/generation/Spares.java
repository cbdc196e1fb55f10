package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.queue.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The spare calls of one queue: they are taken while there is a free slot and nobody waits, and go
 * as soon as somebody else's call would have to wait for them. A part of {@link Served}, used by
 * its actor alone.
 */
final class Spares {

  private final Map<ActorRef<Generation.Command>, InferenceNode.Generate> calls =
      new LinkedHashMap<>();

  /** Why one more cannot be taken. */
  static Optional<WeirError> refusal(FairQueue<?> queue, boolean upstreamWorks) {
    return upstreamWorks && queue.waiting() == 0 && queue.running() < queue.slots()
        ? Optional.empty()
        : Optional.of(noRoom());
  }

  private static WeirError noRoom() {
    return new WeirError.TooManyRequests(
        "no_spare_slot", "The slots are wanted for other calls.", Duration.ofSeconds(1));
  }

  void add(ActorRef<Generation.Command> generation, InferenceNode.Generate generate) {
    if (generate.spare()) {
      calls.put(generation, generate);
    }
  }

  boolean has(ActorRef<Generation.Command> generation) {
    return calls.containsKey(generation);
  }

  void remove(ActorRef<Generation.Command> generation) {
    calls.remove(generation);
  }

  /** Those that go as a call comes: all that wait, and of those that run, until a slot is free. */
  List<ActorRef<Generation.Command>> inTheWayOf(FairQueue<ActorRef<Generation.Command>> queue) {
    List<ActorRef<Generation.Command>> going = new ArrayList<>();
    int tooMany = queue.running() - queue.slots() + 1;
    for (ActorRef<Generation.Command> generation : calls.keySet()) {
      boolean waits = queue.isWaiting(generation);
      if (waits || tooMany > 0) {
        going.add(generation);
        tooMany -= waits ? 0 : 1;
      }
    }
    return going;
  }

  /** All of them. */
  List<ActorRef<Generation.Command>> all() {
    return List.copyOf(calls.keySet());
  }

  /** Ends one; whoever asked for it is told. */
  void dismiss(ActorRef<Generation.Command> generation) {
    InferenceNode.Generate gone = calls.remove(generation);
    if (gone != null) {
      gone.replyTo().tell(new InferenceNode.Rejected(gone.id(), noRoom()));
      generation.tell(Generation.Cancel.NOW);
    }
  }
}
