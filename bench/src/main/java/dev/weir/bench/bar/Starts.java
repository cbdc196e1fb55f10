package dev.weir.bench.bar;

import dev.weir.bench.node.Cluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** From the start of a node's process to its first 200 at {@code /health/ready}, folder empty. */
public final class Starts implements Bar {

  @Override
  public String name() {
    return "start";
  }

  @Override
  public Report measure(double scale) {
    List<Double> alone = new ArrayList<>();
    for (int i = 0; i < Bar.scaled(7, scale, 1); i++) {
      alone.add(seconds(Cluster.ALL));
    }
    List<Double> three = new ArrayList<>();
    for (int i = 0; i < Bar.scaled(3, scale, 1); i++) {
      three.add(seconds(Cluster.ALL, Cluster.ALL, Cluster.ALL));
    }
    System.out.println("one node " + alone + ", three nodes " + three);
    Collections.sort(alone);
    return new Report(
        "node start to serving",
        "≤ 5 s",
        List.of(Measure.atMost("slowest of " + alone.size(), alone.getLast(), 5, "s")),
        List.of(
            String.format(
                Locale.ROOT,
                "median %.1f s, three nodes at once %.1f s",
                alone.get(alone.size() / 2),
                Collections.max(three))),
        name());
  }

  private static double seconds(String... roles) {
    long begin = System.nanoTime();
    Cluster weir = Cluster.start("", roles);
    double seconds = (System.nanoTime() - begin) / 1e9;
    weir.close();
    return seconds;
  }
}
