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

/** What one short answer costs when 64 clients ask as fast as they can. */
public final class CpuPerRequest implements Bar {

  private static final int CLIENTS = 64;
  private static final int TOKENS = 20;

  @Override
  public String name() {
    return "cpu-per-request";
  }

  @Override
  public Report measure(double scale) {
    try (Mock mock = Mock.start(Pace.of(0, 0, TOKENS));
        Loop loop = Loop.start("load");
        Cluster weir = Cluster.start(Upstreams.model("mock", mock), Cluster.ALL)) {
      int each = Bar.scaled(400, scale, 2);
      Question chat = Question.of(weir.node(0).address(), Protocol.CHAT, "mock", "", TOKENS);
      Cost cost = cost(weir, loop, chat, Bar.scaled(600, scale, 1), each);
      System.out.println(cost.figures);
      Question response =
          Question.of(
              weir.node(0).address(), Protocol.RESPONSES, "mock", ",\"store\":false", TOKENS);
      Cost responses = cost(weir, loop, response, Bar.scaled(100, scale, 1), each / 2 + 1);
      return new Report(
          "CPU per request, 64 clients × 20 tokens, upstream 0 ms",
          "≤ 0.35 ms",
          List.of(
              Measure.atMost("CPU", cost.millis, 0.35, "ms"),
              Measure.none("errors", cost.figures.errors())),
          List.of(
              String.format(
                  Locale.ROOT,
                  "%.0f requests/s, `/v1/responses` unstored %.2f ms",
                  cost.perSecond,
                  responses.millis)),
          name());
    }
  }

  private record Cost(double millis, double perSecond, Figures figures) {}

  private static Cost cost(Cluster weir, Loop loop, Question question, int warmUp, int each) {
    ClosedLoop.run(loop, question, new ClosedLoop.Plan(CLIENTS, 0, 0, warmUp)).join();
    double cpu = weir.cpuSeconds();
    long begin = System.nanoTime();
    Figures figures =
        ClosedLoop.run(loop, question, new ClosedLoop.Plan(CLIENTS, 0, 0, each)).join();
    double seconds = (System.nanoTime() - begin) / 1e9;
    long answers = Math.max(1, figures.answers());
    return new Cost((weir.cpuSeconds() - cpu) * 1000 / answers, answers / seconds, figures);
  }
}
