package dev.weir.bench.bar;

import dev.weir.bench.node.Cluster;
import dev.weir.bench.node.EventStream;
import dev.weir.bench.node.NodeProcess;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * From the first branch's beginning to the last branch's end as the client sees them: 32 branches
 * beside one, of the same pipeline and the same simulated model.
 */
public final class FanOut implements Bar {

  private static final String SLOW =
      """
      weir.deployments.sim { time-to-first-token = 100ms, inter-token = 20ms, tokens = 100, slots = 200 }
      weir.pipelines.perspectives { model = sim, concurrency = 64 }
      """;

  @Override
  public String name() {
    return "fan-out";
  }

  @Override
  public Report measure(double scale) {
    int turns = Bar.scaled(3, scale, 1);
    try (Cluster weir = Cluster.start(SLOW, Cluster.ALL, Cluster.ALL)) {
      stage(weir.node(0), 32);
      double worst = 0;
      double one = 0;
      double all = 0;
      for (int turn = 0; turn < turns; turn++) {
        double single = stage(weir.node(0), 1);
        double many = stage(weir.node(0), 32);
        System.out.printf("one branch %.3f s, 32 branches %.3f s%n", single, many);
        if (many / single > worst) {
          worst = many / single;
          one = single;
          all = many;
        }
      }
      return new Report(
          "fan-out of 32 equal branches, two nodes",
          "wall ≤ 1.05 × one branch of the same run",
          List.of(Measure.atMost("worst of " + turns, worst, 1.05, "×")),
          List.of(String.format(Locale.ROOT, "one branch %.3f s, 32 branches %.3f s", one, all)),
          name());
    }
  }

  /** Seconds of the branches' stage. */
  private static double stage(NodeProcess node, int branches) {
    String body =
        "{\"model\":\"pipeline/perspectives\",\"stream\":true,\"store\":false,\"input\":\"Why?\","
            + "\"metadata\":{\"perspectives.branches\":\""
            + branches
            + "\"}}";
    long begin = 0;
    long end = 0;
    int ended = 0;
    try (EventStream stream = EventStream.create(node, body)) {
      for (@Nullable String event = stream.next(); event != null; event = stream.next()) {
        boolean step = event.contains("\"weir:step\"") && !event.contains("\"response\":");
        if (step && begin == 0) {
          begin = System.nanoTime();
        }
        if (step && event.contains("output_item.done") && ++ended == branches) {
          end = System.nanoTime();
        }
      }
    }
    if (end == 0) {
      throw new IllegalStateException("only " + ended + " branches ended");
    }
    return (end - begin) / 1e9;
  }
}
