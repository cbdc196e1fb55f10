package dev.weir.bench.bar;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.function.Function;

/** A thousand clients who stream at reading pace, through one node that is warm. */
record Crowd(int clients, int tokens, Mock mock, Loop loop, Cluster weir) {

  private static final int GAP = 50;

  /** What {@code measure} finds in a crowd that is there for it alone. */
  static Report report(double scale, Function<Crowd, Report> measure) {
    int clients = Bar.scaled(1000, scale, 4);
    int tokens = Bar.scaled(100, scale, 5);
    try (Mock mock = Mock.start(Pace.of(0, 2, tokens));
        Loop loop = Loop.start("load");
        Cluster weir = Cluster.start(Upstreams.model("mock", mock), Cluster.ALL)) {
      Crowd crowd = new Crowd(clients, tokens, mock, loop, weir);
      crowd.run(new ClosedLoop.Plan(clients / 4, 500, 0, 6));
      return measure.apply(crowd);
    }
  }

  /**
   * Each is answered once, all beginning within one stream's length.
   *
   * @param firstToken milliseconds the upstream takes to it
   * @param skip how many answers of each client come before, and are not counted
   */
  Figures ask(int firstToken, int skip) {
    mock.pace(Pace.of(firstToken, GAP, tokens));
    Figures figures = run(new ClosedLoop.Plan(clients, firstToken + GAP * tokens, skip, 1));
    System.out.println(figures);
    return figures;
  }

  private Figures run(ClosedLoop.Plan plan) {
    Question question = Question.of(weir.node(0).address(), Protocol.CHAT, "mock", "", tokens);
    return ClosedLoop.run(loop, question, plan).join();
  }

  /** CPU seconds of the clients and the upstream. */
  double ownSeconds() {
    return (loop.cpuNanos() + mock.cpuNanos()) / 1e9;
  }
}
