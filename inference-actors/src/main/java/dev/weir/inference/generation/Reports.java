package dev.weir.inference.generation;

import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.embedding.Batchers;
import dev.weir.inference.generation.InferenceNode.Busy;
import dev.weir.inference.generation.InferenceNode.Load;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Tells routers how busy a node is: what is new soon, and all now and then, as they count what they
 * sent, and some of it never came. A part of {@link InferenceNode}, used by its actor alone.
 */
final class Reports {

  /** With names of {@value Catalog#LONGEST_NAME} characters less than 100 KiB. */
  static final int MOST = 100;

  /** How many intervals pass between reports that say nothing new. */
  private static final int UNASKED = 5;

  private final ActorRef<InferenceNode.Command> node;
  private final Site site;
  private final Map<ActorRef<Load>, Load> observers = new HashMap<>();
  private long taken;
  private long told;

  Reports(ActorRef<InferenceNode.Command> node, Site site) {
    this.node = node;
    this.site = site;
  }

  /** A call was taken. */
  void taken() {
    taken++;
  }

  /** One more router hears of it, now and from now on. */
  void add(ActorRef<Load> observer, Load now) {
    observers.put(observer, now);
    observer.tell(now);
  }

  void remove(ActorRef<Load> observer) {
    observers.remove(observer);
  }

  /** Time has passed, or something that must be told has happened. */
  void tell(Load now) {
    boolean all = ++told % UNASKED == 0;
    observers.replaceAll(
        (observer, known) -> {
          if (all || !known.equals(now)) {
            observer.tell(now);
          }
          return now;
        });
  }

  /** How busy the node is. */
  Load load(Queues queues, Batchers<?> batchers, boolean draining) {
    Map<String, Busy> busy = queues.busy();
    batchers.tell(
        (deployment, calls, slots) ->
            busy.merge(deployment, new Busy(calls, 0, slots), Reports::both));
    return new Load(
        node,
        busy.entrySet().stream()
            .filter(entry -> entry.getValue().calls() > 0)
            .sorted(Comparator.comparingInt(entry -> -entry.getValue().calls()))
            .limit(MOST)
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)),
        taken,
        draining,
        queues.broken(),
        site);
  }

  private static Busy both(Busy one, Busy other) {
    return new Busy(one.running() + other.running(), one.waiting(), one.slots());
  }
}
