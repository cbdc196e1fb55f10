package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.load.Turns;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.List;
import java.util.Locale;

/**
 * What Weir adds to the first token of one client: the same client asks the upstream and Weir in
 * turns.
 */
public final class AddedFirstToken implements Bar {

  private static final int TOKENS = 20;

  @Override
  public String name() {
    return "first-token-added";
  }

  @Override
  public Report measure(double scale) {
    int turns = Bar.scaled(6000, scale, 20);
    int warmUp = Bar.scaled(8000, scale, 10);
    try (Mock mock = Mock.start(Pace.of(0, 0, TOKENS));
        Loop loop = Loop.start("load");
        Cluster weir = Cluster.start(Upstreams.model("mock", mock), Cluster.ALL)) {
      Question direct = Question.of(mock.address(), Protocol.CHAT, "mock", "", TOKENS);
      Question chat = Question.of(weir.node(0).address(), Protocol.CHAT, "mock", "", TOKENS);
      Turns.Pair times = Turns.run(loop, direct, chat, warmUp, turns).join();
      System.out.println("direct\n" + times.first() + "\nthrough Weir\n" + times.second());
      Question response =
          Question.of(
              weir.node(0).address(), Protocol.RESPONSES, "mock", ",\"store\":false", TOKENS);
      Turns.Pair unstored = Turns.run(loop, direct, response, warmUp / 4, turns / 4).join();
      Question stored = Question.of(weir.node(0).address(), Protocol.RESPONSES, "mock", "", TOKENS);
      Turns.Pair kept = Turns.run(loop, direct, stored, warmUp / 4, turns / 4).join();
      return new Report(
          "added time to first token, one client",
          "p50 ≤ 0.5 ms, p99 ≤ 1 ms over the upstream",
          List.of(
              Measure.atMost("p50", added(times, 50), 0.5, "ms"),
              Measure.atMost("p99", added(times, 99), 1, "ms"),
              Measure.none("errors", times.first().errors() + times.second().errors())),
          List.of(
              String.format(
                  Locale.ROOT,
                  "upstream alone p50 %.2f, p99 %.2f ms",
                  Figures.millis(times.first().firstToken(), 50),
                  Figures.millis(times.first().firstToken(), 99)),
              beside("`/v1/responses` unstored", unstored),
              beside("stored", kept)),
          name());
    }
  }

  private static String beside(String what, Turns.Pair times) {
    return String.format(
        Locale.ROOT, "%s p50 %.2f, p99 %.2f ms", what, added(times, 50), added(times, 99));
  }

  private static double added(Turns.Pair times, double percentile) {
    return Figures.millis(times.second().firstToken(), percentile)
        - Figures.millis(times.first().firstToken(), percentile);
  }
}
