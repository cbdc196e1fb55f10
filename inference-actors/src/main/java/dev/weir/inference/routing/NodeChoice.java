package dev.weir.inference.routing;

import dev.weir.inference.generation.Site;
import dev.weir.inference.queue.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Picks a node for a call. With an affinity: the local one while it has a free slot, else the node
 * its affinity points to while that has one. Else, and without an affinity: the less busy of two
 * drawn at random (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
 *
 * <p>Of the nodes with a free slot only the nearest count ({@link Location}).
 *
 * <p>Counts what it has sent since a node's last report, so that a burst does not fall on one node.
 * Not thread safe.
 *
 * @param <N> a node's reference
 */
final class NodeChoice<N> {

  private final RandomGenerator random;
  private final Location here;
  private final Map<N, Node> nodes = new HashMap<>();

  NodeChoice(RandomGenerator random) {
    this(random, Location.NOWHERE);
  }

  NodeChoice(RandomGenerator random, Location here) {
    this.random = random;
    this.here = here;
  }

  private static final class Node {
    final boolean local;
    final Map<String, Integer> busy = new HashMap<>();
    Set<String> broken = Set.of();
    Site site = Site.ANY;

    Node(boolean local) {
      this.local = local;
    }

    int busy(String deployment) {
      return busy.getOrDefault(deployment, 0);
    }
  }

  /** Sets which nodes there are; returns those that are new. */
  List<N> replaceAll(Set<N> current, Predicate<N> local) {
    nodes.keySet().retainAll(current);
    List<N> added = new ArrayList<>();
    for (N node : current) {
      if (!nodes.containsKey(node)) {
        nodes.put(node, new Node(local.test(node)));
        added.add(node);
      }
    }
    return added;
  }

  /**
   * Takes a node's own word on how many calls it runs or keeps waiting, by deployment; what it does
   * not name is idle.
   */
  void report(N node, Map<String, Integer> busy) {
    Node known = nodes.get(node);
    if (known != null) {
      known.busy.clear();
      known.busy.putAll(busy);
    }
  }

  /** Takes a node's own word on where it stands and which work it takes. */
  void site(N node, Site site) {
    Node known = nodes.get(node);
    if (known != null) {
      known.site = site;
    }
  }

  /** The nodes that take no such work. */
  Set<N> notFor(Workload workload) {
    return nodes.entrySet().stream()
        .filter(node -> !node.getValue().site.workloads().contains(workload))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Takes a node's own word on which upstreams it does not call for now, by label. */
  void broken(N node, Set<String> labels) {
    Node known = nodes.get(node);
    if (known != null) {
      known.broken = labels;
    }
  }

  /** The nodes that do not call the upstream of that label for now. */
  Set<N> broken(String label) {
    return nodes.entrySet().stream()
        .filter(node -> node.getValue().broken.contains(label))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /**
   * The node for one more call of {@code deployment}; empty when there is none to try.
   *
   * @param refusing never one of these
   * @param avoid none of these while there are others
   */
  Optional<N> choose(String deployment, int slots, String affinity, Set<N> refusing, Set<N> avoid) {
    List<N> candidates = candidates(refusing, avoid);
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    N chosen = preferred(nearest(candidates, deployment, slots), deployment, slots, affinity);
    nodes.get(chosen).busy.merge(deployment, 1, Integer::sum);
    return Optional.of(chosen);
  }

  /**
   * The node for every call of equal {@code key}, by highest random weight (Thaler and Ravishankar,
   * "Using Name-Based Mappings to Increase Hit Rates", 1998): the same wherever {@code name} gives
   * a node the same name, and as others come and go, another only where it has to be.
   */
  Optional<N> pinned(String key, Set<N> refusing, Set<N> avoid, Function<N, String> name) {
    return candidates(refusing, avoid).stream()
        .max(Comparator.comparingLong(node -> weight(key, name.apply(node))));
  }

  private static long weight(String key, String node) {
    long mixed = key.hashCode() * 0x9E3779B97F4A7C15L ^ node.hashCode();
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private List<N> candidates(Set<N> refusing, Set<N> avoid) {
    Set<N> possible = new HashSet<>(nodes.keySet());
    possible.removeAll(refusing);
    Set<N> preferred = new HashSet<>(possible);
    preferred.removeAll(avoid);
    List<N> sorted = new ArrayList<>(preferred.isEmpty() ? possible : preferred);
    sorted.sort((a, b) -> a.toString().compareTo(b.toString()));
    return sorted;
  }

  /** Of the nodes that have a free slot the nearest; all, where none has. */
  private List<N> nearest(List<N> candidates, String deployment, int slots) {
    List<N> free =
        candidates.stream().filter(node -> nodes.get(node).busy(deployment) < slots).toList();
    OptionalInt least = free.stream().mapToInt(this::distance).min();
    return least.isEmpty()
        ? candidates
        : free.stream().filter(node -> distance(node) == least.getAsInt()).toList();
  }

  private int distance(N node) {
    return here.distance(nodes.get(node).site);
  }

  private N preferred(List<N> candidates, String deployment, int slots, String affinity) {
    if (affinity.isEmpty()) {
      return lessBusy(candidates, deployment);
    }
    for (N node : candidates) {
      if (nodes.get(node).local && nodes.get(node).busy(deployment) < slots) {
        return node;
      }
    }
    N sticky = candidates.get(Math.floorMod(affinity.hashCode(), candidates.size()));
    if (nodes.get(sticky).busy(deployment) < slots) {
      return sticky;
    }
    return lessBusy(candidates, deployment);
  }

  private N lessBusy(List<N> candidates, String deployment) {
    int first = random.nextInt(candidates.size());
    int second =
        (first + 1 + random.nextInt(Math.max(1, candidates.size() - 1))) % candidates.size();
    N one = candidates.get(first);
    N other = candidates.get(second);
    return nodes.get(one).busy(deployment) <= nodes.get(other).busy(deployment) ? one : other;
  }
}
