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

/** The first token of whoever asks while a thousand streams run. */
public final class FirstTokenInCrowd implements Bar {

  private static final int UPSTREAM = 200;
  private static final int GAP = 50;

  @Override
  public String name() {
    return "first-token-in-crowd";
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
      mock.pace(Pace.of(UPSTREAM, GAP, tokens));
      int ramp = UPSTREAM + GAP * tokens;
      Figures figures =
          ClosedLoop.run(loop, question, new ClosedLoop.Plan(clients, ramp, 1, 1)).join();
      System.out.println(figures);
      double p50 = Figures.millis(figures.firstToken(), 50);
      double p99 = Figures.millis(figures.firstToken(), 99);
      return new Report(
          "first token at 1,000 streams, upstream's own 200 ms",
          "p99 < 300 ms, p99 ≤ 3 × p50",
          List.of(
              Measure.atMost("p99", p99, 300, "ms"),
              Measure.atMost("p99 ÷ p50", p99 / p50, 3, ""),
              Measure.none("errors", figures.errors())),
          List.of(String.format(Locale.ROOT, "p50 %.1f ms", p50)),
          name());
    }
  }
}
