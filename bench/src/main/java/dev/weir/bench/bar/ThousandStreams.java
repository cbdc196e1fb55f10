package dev.weir.bench.bar;

import dev.weir.bench.load.Figures;
import java.util.List;
import java.util.Locale;

/** A thousand streams at reading pace, all beginning within one stream's length. */
public final class ThousandStreams implements Bar {

  @Override
  public String name() {
    return "thousand-streams";
  }

  @Override
  public Report measure(double scale) {
    return Crowd.report(scale, this::measure);
  }

  private Report measure(Crowd crowd) {
    double cpu = crowd.weir().cpuSeconds();
    double beside = crowd.ownSeconds();
    Figures figures = crowd.ask(0, 0);
    double used = crowd.weir().cpuSeconds() - cpu;
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
                crowd.ownSeconds() - beside,
                Figures.millis(figures.firstToken(), 50))),
        name());
  }
}
