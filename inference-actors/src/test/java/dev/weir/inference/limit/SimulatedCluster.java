package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Nodes that always have calls waiting, one limit, an upstream that counts, and a network, clocks
 * and processes that misbehave as one seed says.
 */
final class SimulatedCluster {

  static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private record Event(long at, long number, Runnable action) {}

  final Random random;
  final Limit limit;
  final Traffic traffic;
  final Sightings upstream = new Sightings();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
  private final Set<String> present = new TreeSet<>();
  private final Set<String> going = new HashSet<>();
  private final Set<Set<String>> cuts = new HashSet<>();
  private double loss;
  private long now;
  private long number;
  private long departure = -1_000 * SECOND;

  /** What calls are like. */
  record Traffic(
      int input, int cap, int least, Duration firstToken, Duration whole, boolean cancels) {

    Traffic cancelled() {
      return new Traffic(input, cap, least, firstToken, whole, true);
    }
  }

  SimulatedCluster(long seed, Limit limit, Traffic traffic, int size) {
    this.random = new Random(seed);
    this.limit = limit;
    this.traffic = traffic;
    for (int node = 0; node < size; node++) {
      join();
    }
  }

  SimulatedNode join() {
    SimulatedNode node = new SimulatedNode("node-" + nodes.size(), this);
    nodes.put(node.name, node);
    present.add(node.name);
    present().forEach(SimulatedNode::changed);
    elect();
    return node;
  }

  void loss(double share) {
    loss = share;
  }

  long now() {
    return now;
  }

  long departure() {
    return departure;
  }

  Set<String> names() {
    return new TreeSet<>(present);
  }

  List<SimulatedNode> present() {
    return present.stream().map(nodes::get).toList();
  }

  /** The oldest that is there has the owner. */
  void elect() {
    present().getFirst().own();
  }

  SimulatedNode owner() {
    return present().getFirst();
  }

  SimulatedNode node(String name) {
    SimulatedNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalStateException(name);
    }
    return node;
  }

  void after(long nanos, Runnable action) {
    events.add(new Event(now + nanos, number++, action));
  }

  void run(long until) {
    while (!events.isEmpty() && events.peek().at() <= until) {
      Event next = events.remove();
      now = next.at();
      next.action().run();
    }
    now = until;
  }

  /** A message on its way, unless it is lost. */
  void send(String from, String to, Runnable delivery) {
    boolean lost =
        !from.equals(to) && (random.nextDouble() < loss || cuts.contains(pair(from, to)));
    if (!lost) {
      long delay =
          random.nextInt(50) == 0
              ? random.nextLong(loss > 0 ? 2 * SECOND : 50 * MILLI)
              : MILLI / 5 + random.nextLong(2 * MILLI);
      after(from.equals(to) ? MILLI / 50 : delay, () -> node(to).handle(delivery));
    }
  }

  /** From now on the two do not hear each other. */
  void cut(String one, String other) {
    if (!one.equals(other)) {
      cuts.add(pair(one, other));
    }
  }

  private static Set<String> pair(String one, String other) {
    return new TreeSet<>(List.of(one, other));
  }

  void heal() {
    cuts.clear();
  }

  /** Ends a process; the others notice after a while. */
  void kill(SimulatedNode node) {
    node.kill();
    removeLater(node);
  }

  /** Stops a process for so long; the others remove it if that is long. */
  void pause(SimulatedNode node, long nanos) {
    node.pause(now + nanos);
    if (nanos > 5 * SECOND) {
      removeLater(node);
      // It is told so soon after it wakes up, and ends itself.
      after(nanos + random.nextLong(10 * SECOND), node::kill);
    }
  }

  /** How many nobody will remove. */
  int staying() {
    return present.size() - going.size();
  }

  private void removeLater(SimulatedNode node) {
    going.add(node.name);
    after(
        8 * SECOND + random.nextLong(4 * SECOND),
        () -> {
          present.remove(node.name);
          going.remove(node.name);
          departure = now;
          elect();
          present().forEach(SimulatedNode::changed);
        });
  }
}
