package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import dev.weir.bench.load.OpenLoop;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.loop.Loop;
import dev.weir.bench.node.Cluster;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A deployment past its capacity: questions of many users come at the rate it can serve, a little
 * below, and at three times the rate. Goodput is answers a second whose first token came in time;
 * who is not served in time is to be told at once.
 */
public final class Overload implements Bar {

  private static final int SLOTS = 8;
  private static final int TOKENS = 8;
  private static final int GAP_MILLIS = 50;

  /** The last token is written a gap after the one before, and ends the call. */
  private static final double CAPACITY = SLOTS * 1000.0 / (GAP_MILLIS * (TOKENS - 1));

  private static final int OBJECTIVE_MILLIS = 1_000;

  /** What is beside the wait for a slot. */
  private static final int REST_MILLIS = 100;

  private static final int USERS = 40;
  private static final int SECONDS = 20;

  /** One load: how much of the capacity, and what was seen. */
  private record Load(double times, Figures figures, double seconds) {

    /** Those that came in: answered, or given up while they waited. */
    long admitted() {
      return figures.firstToken().getTotalCount() + givenUp();
    }

    long givenUp() {
      return figures.errors() - figures.refused().getTotalCount();
    }

    double goodput() {
      return Overload.inTime(figures) / seconds;
    }

    String told() {
      return String.format(Locale.ROOT, "%.1f × capacity: goodput %.1f/s", times, goodput());
    }
  }

  @Override
  public String name() {
    return "overload";
  }

  @Override
  public Report measure(double scale) {
    int seconds = Bar.scaled(SECONDS, scale, 2);
    try (Mock mock = Mock.start(Pace.of(0, GAP_MILLIS, TOKENS));
        Loop loop = Loop.start("load");
        Cluster weir = Cluster.start(settings(mock), Cluster.ALL)) {
      List<Question> questions = questions(weir.node(0).address());
      load(loop, questions, 1, seconds);
      List<Load> below =
          List.of(load(loop, questions, 0.9, seconds), load(loop, questions, 1, seconds));
      Load learning = load(loop, questions, 3, seconds);
      Load beyond = load(loop, questions, 3, seconds);
      return report(below, learning, beyond);
    }
  }

  private static String settings(Mock mock) {
    return """
    weir.deployments.mock {
      provider = openai, base-url = "http://127.0.0.1:%d/v1", slots = %d, queue.max-wait = %dms
    }
    weir.models.mock.deployments = [mock]
    """
        .formatted(mock.address().getPort(), SLOTS, OBJECTIVE_MILLIS);
  }

  private static List<Question> questions(InetSocketAddress weir) {
    return IntStream.range(0, USERS)
        .mapToObj(user -> Question.by("user-" + user, weir, Protocol.CHAT, "mock", TOKENS))
        .toList();
  }

  private static Load load(Loop loop, List<Question> questions, double times, int seconds) {
    double perSecond = times * CAPACITY;
    Figures figures =
        OpenLoop.run(
                loop,
                index -> questions.get(index % questions.size()),
                perSecond,
                (int) (perSecond * seconds))
            .join();
    System.out.println(times + " times the capacity\n" + figures);
    return new Load(times, figures, seconds);
  }

  private static long inTime(Figures figures) {
    return figures
        .firstToken()
        .getCountBetweenValues(0, TimeUnit.MILLISECONDS.toNanos(OBJECTIVE_MILLIS + REST_MILLIS));
  }

  private Report report(List<Load> below, Load learning, Load beyond) {
    Figures figures = beyond.figures();
    double peak = below.stream().mapToDouble(Load::goodput).max().orElseThrow();
    double late = beyond.admitted() - inTime(figures);
    return new Report(
        "three times the capacity, 8 slots, objective 1 s for the slot, 40 users",
        "goodput ≥ 90 % of its peak, 99 % of the admitted have their first token in time, the rest"
            + " 429 within 50 ms",
        List.of(
            Measure.atMost("peak ÷ goodput", peak / beyond.goodput(), 1 / 0.9, ""),
            Measure.atMost(
                "admitted, and late or given up", 100 * late / beyond.admitted(), 1, "%"),
            Measure.atMost("refused, p99", Figures.millis(figures.refused(), 99), 50, "ms")),
        List.of(
            below.get(0).told(),
            below.get(1).told(),
            beyond.told(),
            String.format(
                Locale.ROOT,
                "admitted %d of %d, refused p50 %.1f ms, first token p99 %.0f ms, in the %.0f s"
                    + " before, while it learns, %d of %d given up",
                beyond.admitted(),
                beyond.admitted() + figures.refused().getTotalCount(),
                Figures.millis(figures.refused(), 50),
                Figures.millis(figures.firstToken(), 99),
                learning.seconds(),
                learning.givenUp(),
                learning.admitted())),
        name());
  }
}
