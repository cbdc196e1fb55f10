package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import java.util.List;
import java.util.Locale;

/** The first token of whoever asks while a thousand streams run. */
public final class FirstTokenInCrowd implements Bar {

  private static final int UPSTREAM = 200;

  @Override
  public String name() {
    return "first-token-in-crowd";
  }

  @Override
  public Report measure(double scale) {
    return Crowd.report(scale, this::measure);
  }

  private Report measure(Crowd crowd) {
    Figures figures = crowd.ask(UPSTREAM, 1);
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
