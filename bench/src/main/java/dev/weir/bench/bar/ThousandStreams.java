package dev.weir.bench.bar;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.List;
import java.util.Locale;

/** A thousand streams at reading pace, all beginning within one stream's length. */
public final class ThousandStreams implements Bar {

  private static final int GAP = 50;

  @Override
  public String name() {
    return "thousand-streams";
  }

  @Override
  public Report measure(double scale) {
    int clients = Bar.scaled(1000, scale, 4);
    int tokens = Bar.scaled(100, scale, 5);
    try (Mock mock = Mock.start(Pace.of(0, 2, tokens));
        Loop loop = Loop.start("load");
        Cluster weir = Cluster.start(Upstreams.model("mock", mock), Cluster.ALL)) {
      Question question = Question.of(weir.node(0).address(), Protocol.CHAT, "mock", "", tokens);
      ClosedLoop.run(loop, question, new ClosedLoop.Plan(clients / 4, 500, 0, 6)).join();
      mock.pace(Pace.of(0, GAP, tokens));
      double cpu = weir.cpuSeconds();
      double beside = (loop.cpuNanos() + mock.cpuNanos()) / 1e9;
      Figures figures =
          ClosedLoop.run(loop, question, new ClosedLoop.Plan(clients, GAP * tokens, 0, 1)).join();
      double used = weir.cpuSeconds() - cpu;
      System.out.println(figures);
      return new Report(
          "1,000 streams × 20 tokens/s × 100 tokens",
          "≤ 10 CPU s, first token p99 ≤ 15 ms, gap p99 ≤ 60 ms, 0 errors",
          List.of(
              Measure.atMost("CPU", used, 10, "s"),
              Measure.atMost("first token p99", Figures.millis(figures.firstToken(), 99), 15, "ms"),
              Measure.atMost("gap p99", Figures.millis(figures.gaps(), 99), 60, "ms"),
              Measure.none("errors", figures.errors())),
          List.of(
              String.format(
                  Locale.ROOT,
                  "load and mock beside %.1f CPU s, first token p50 %.1f ms",
                  (loop.cpuNanos() + mock.cpuNanos()) / 1e9 - beside,
                  Figures.millis(figures.firstToken(), 50))),
          name());
    }
  }
}
