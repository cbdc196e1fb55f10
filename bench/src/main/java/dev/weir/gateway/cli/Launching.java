package dev.weir.gateway.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** How the launcher starts nodes, for benchmarks that start their own. */
public final class Launching {

  private Launching() {}

  /** The options of a node's JVM, for the JDK that runs this one. */
  public static List<String> options() {
    return NodeJvm.defaults(Runtime.version().feature());
  }

  /** So many ports by which nodes can find each other. */
  public static List<Integer> ports(int count) {
    Set<Integer> ports = new LinkedHashSet<>();
    while (ports.size() < count) {
      ports.add(Ports.internal(new Random(), ports));
    }
    return List.copyOf(ports);
  }
}
