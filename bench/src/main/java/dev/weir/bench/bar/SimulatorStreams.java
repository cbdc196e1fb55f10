package dev.weir.bench.bar;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import java.util.List;
import java.util.Locale;

/** Two thousand streams of the built-in simulator at once, none of them stuttering. */
public final class SimulatorStreams implements Bar {

  private static final int GAP = 50;

  @Override
  public String name() {
    return "simulator-streams";
  }

  @Override
  public Report measure(double scale) {
    int clients = Bar.scaled(2000, scale, 4);
    int tokens = Bar.scaled(240, scale, 5);
    try (Loop loop = Loop.start("load");
        Cluster weir = Cluster.start("weir.deployments.sim.slots = 4000", Cluster.ALL)) {
      warmUp(loop, weir, scale);
      double cpu = weir.cpuSeconds();
      Question question = Question.sim(weir.node(0).address(), Protocol.CHAT, 200, GAP, tokens);
      int ramp = GAP * tokens * 2 / 3;
      Figures figures =
          ClosedLoop.run(loop, question, new ClosedLoop.Plan(clients, ramp, 0, 1)).join();
      System.out.println(figures);
      return new Report(
          "clean streams on `sim`",
          "≥ 2,000 at 20 tokens/s, no stall > 10 × the gap",
          List.of(
              Measure.atMost("longest gap", figures.gaps().getMaxValue() / 1e6, 10 * GAP, "ms"),
              Measure.none("broken of " + clients, figures.errors())),
          List.of(
              String.format(
                  Locale.ROOT,
                  "gap p50 %.1f, p99 %.1f ms, %.0f µs CPU per token",
                  Figures.millis(figures.gaps(), 50),
                  Figures.millis(figures.gaps(), 99),
                  (weir.cpuSeconds() - cpu) * 1e6 / figures.tokens())),
          name());
    }
  }

  private static void warmUp(Loop loop, Cluster weir, double scale) {
    Question question = Question.sim(weir.node(0).address(), Protocol.CHAT, 5, 2, 100);
    ClosedLoop.run(loop, question, new ClosedLoop.Plan(Bar.scaled(250, scale, 4), 500, 0, 6))
        .join();
  }
}
