package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.node.EventStream;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * From a client's cancel to the moment the upstream sees its socket closed, with gateway,
 * orchestrator and inference in three processes.
 */
public final class Cancels implements Bar {

  private static final long PATIENCE = 10_000_000_000L;
  private static final int LONG = 1_000_000;

  private record Moment(String name, Pace pace, int tokens) {}

  private static final List<Moment> MOMENTS =
      List.of(
          new Moment("before the first token", Pace.of(600_000, 0, LONG), 0),
          new Moment("mid-stream", Pace.of(0, 20, LONG), 5),
          new Moment("upstream silent", Pace.of(0, 1, LONG).silentAfter(5), 5));

  @Override
  public String name() {
    return "cancel";
  }

  @Override
  public Report measure(double scale) {
    int count = Bar.scaled(100, scale, 3);
    List<Measure> measures = new ArrayList<>();
    try (Mock mock = Mock.start(Pace.of(0, 0, 1));
        Cluster weir =
            Cluster.start(Upstreams.model("mock", mock), "gateway", "orchestrator", "inference")) {
      for (Moment moment : MOMENTS) {
        mock.pace(moment.pace());
        times(weir, mock, moment, Bar.scaled(30, scale, 2));
        Histogram times = times(weir, mock, moment, count);
        System.out.printf(
            "%s: p50 %.2f, p99 %.2f ms%n",
            moment.name(), Figures.millis(times, 50), Figures.millis(times, 99));
        measures.add(Measure.atMost(moment.name() + " p99", Figures.millis(times, 99), 100, "ms"));
      }
      measures.add(Measure.none("sockets left open", mock.open()));
    }
    return new Report(
        "cancel → provider's socket closed, two hops",
        "p99 ≤ 100 ms over " + count + " cancels each",
        measures,
        List.of(),
        name());
  }

  private static Histogram times(Cluster weir, Mock mock, Moment moment, int count) {
    Histogram times = new Histogram(3);
    for (int i = 0; i < count; i++) {
      times.recordValue(cancel(weir, mock, moment));
    }
    return times;
  }

  private static long cancel(Cluster weir, Mock mock, Moment moment) {
    long before = mock.begun();
    try (EventStream stream =
        EventStream.create(
            weir.node(0), "{\"model\":\"mock\",\"input\":\"Go on.\",\"stream\":true}")) {
      String id = stream.id();
      await("a request at the upstream", () -> mock.begun() > before);
      stream.awaitDeltas(moment.tokens());
      long cancelled = System.nanoTime();
      weir.node(0).post("/v1/responses/" + id + "/cancel", "");
      await("a closed socket", () -> mock.open() == 0);
      return mock.closedAt() - cancelled;
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no " + what);
      }
      LockSupport.parkNanos(100_000);
    }
  }
}
