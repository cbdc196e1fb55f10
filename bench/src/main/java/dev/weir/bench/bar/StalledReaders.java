package dev.weir.bench.bar;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.load.StalledStreams;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.node.NodeProcess;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A thousand clients that read one token and no more, of an upstream that would send for ever;
 * gateway, orchestrator and inference in three processes, so that every stream shares the same two
 * links with the one that is read.
 */
public final class StalledReaders implements Bar {

  private static final int GAP = 20;
  private static final int ENDLESS = 5_000_000;
  private static final long WATCHED_SECONDS = 20;

  /** All buffers on the way, a thousand times. */
  private static final long FILLED_WITHIN_SECONDS = 120;

  @Override
  public String name() {
    return "stalled-readers";
  }

  @Override
  public Report measure(double scale) {
    int clients = Bar.scaled(1000, scale, 4);
    int tokens = Bar.scaled(500, scale, 20);
    try (Mock flood = Mock.start(Pace.of(0, 0, ENDLESS));
        Mock steady = Mock.start(Pace.of(0, GAP, tokens));
        Loop loop = Loop.start("load");
        Cluster weir =
            Cluster.start(
                Upstreams.model("flood", flood) + Upstreams.model("steady", steady),
                "gateway",
                "orchestrator",
                "inference")) {
      Question fast = question(weir, "steady", tokens);
      read(loop, fast);
      Figures alone = read(loop, fast);
      StalledStreams stalled =
          StalledStreams.begin(loop, question(weir, "flood", 0), clients).join();
      long settled = settle(weir, flood, FILLED_WITHIN_SECONDS);
      long[] before = heaps(weir);
      Figures beside = read(loop, fast);
      long watched = settle(weir, flood, WATCHED_SECONDS);
      long[] after = heaps(weir);
      stalled.close();
      System.out.println("alone\n" + alone + "\nbeside\n" + beside);
      return report(clients, alone, beside, new Bytes(before, after, watched - settled), stalled);
    }
  }

  /**
   * What was held.
   *
   * @param before live heap of each node once all readers stood still
   * @param after the same later
   * @param written what the upstream could write in between
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  private record Bytes(long[] before, long[] after, long written) {

    double growth() {
      double worst = 0;
      for (int node = 0; node < before.length; node++) {
        worst = Math.max(worst, (after[node] - before[node]) / (double) before[node]);
      }
      return worst * 100;
    }

    String megabytes() {
      StringBuilder text = new StringBuilder();
      for (int node = 0; node < before.length; node++) {
        text.append(node == 0 ? "" : ", ").append(before[node] >> 20);
        text.append(" → ").append(after[node] >> 20);
      }
      return text.toString();
    }
  }

  private Report report(
      int clients, Figures alone, Figures beside, Bytes bytes, StalledStreams stalled) {
    double aloneP99 = Figures.millis(alone.gaps(), 99);
    double besideP99 = Figures.millis(beside.gaps(), 99);
    return new Report(
        "stalled readers, 1,000 on three nodes",
        "heap flat; a stream on the same links keeps its gaps within 1.2 ×",
        List.of(
            Measure.atMost("live heap grew by", bytes.growth(), 5, "%"),
            Measure.atMost(
                "mean gap beside ÷ alone",
                beside.gaps().getMean() / alone.gaps().getMean(),
                1.2,
                ""),
            Measure.atMost("p99", besideP99 / aloneP99, 1.2, ""),
            Measure.none("written meanwhile, bytes", bytes.written()),
            Measure.none("of " + clients + " broken", stalled.broken() + beside.errors())),
        List.of(
            String.format(
                Locale.ROOT,
                "live heap of gateway, orchestrator, inference %s MiB in %d s, gap p99 %.1f → %.1f"
                    + " ms",
                bytes.megabytes(),
                WATCHED_SECONDS,
                aloneP99,
                besideP99)),
        name());
  }

  private static Question question(Cluster weir, String model, int tokens) {
    return Question.of(
        weir.node(0).address(), Protocol.RESPONSES, model, ",\"store\":false", tokens);
  }

  private static Figures read(Loop loop, Question question) {
    return ClosedLoop.run(loop, question, new ClosedLoop.Plan(1, 0, 0, 2)).join();
  }

  /** Waits until the upstream has been able to write nothing more for a while. */
  private static long settle(Cluster weir, Mock mock, long seconds) {
    long before = -1;
    int quiet = 0;
    for (int second = 0; second < seconds && quiet < 3; second++) {
      if (weir.node(0).endsWithin(Duration.ofSeconds(1))) {
        throw new IllegalStateException("the gateway ended");
      }
      quiet = mock.bytes() == before ? quiet + 1 : 0;
      before = mock.bytes();
    }
    return before;
  }

  private static long[] heaps(Cluster weir) {
    return weir.nodes().stream().mapToLong(NodeProcess::liveHeap).toArray();
  }
}
