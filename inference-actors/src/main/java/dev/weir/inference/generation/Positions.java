package dev.weir.inference.generation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What those who wait in one queue know of their positions. Who waits only a moment is told
 * nothing, nobody is told more than twice a second, and far back a small move is not worth a
 * message. Used by one actor alone.
 */
final class Positions {

  /** From tick to tick; one is told at every second of them that it sees. */
  static final Duration INTERVAL = Duration.ofMillis(250);

  /** Of a position's size, the part by which it must move to be told again. */
  private static final int SMALL = 20;

  private static final class Waiter {
    final InferenceNode.Generate asked;
    boolean due;
    int told;

    Waiter(InferenceNode.Generate asked) {
      this.asked = asked;
    }
  }

  private final Map<ActorRef<Generation.Command>, Waiter> waiters = new HashMap<>();

  /** One begins to wait. */
  void add(ActorRef<Generation.Command> generation, InferenceNode.Generate asked) {
    waiters.put(generation, new Waiter(asked));
  }

  /** One waits no more. */
  void remove(ActorRef<Generation.Command> generation) {
    waiters.remove(generation);
  }

  /** Tells those whose position is another than they know. */
  void tick(List<ActorRef<Generation.Command>> order) {
    for (int at = 0; at < order.size(); at++) {
      Waiter waiter = waiters.get(order.get(at));
      if (waiter != null) {
        tick(waiter, at + 1);
      }
    }
  }

  private static void tick(Waiter waiter, int position) {
    int moved = Math.abs(position - waiter.told);
    if (waiter.due && moved > 0 && moved >= waiter.told / SMALL) {
      waiter.told = position;
      waiter.asked.replyTo().tell(new InferenceNode.Queued(waiter.asked.id(), position));
    }
    waiter.due = !waiter.due;
  }
}
