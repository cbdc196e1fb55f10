package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.bar.Bar;
import dev.weir.bench.bar.Bars;
import dev.weir.bench.bar.Measure;
import dev.weir.bench.bar.Report;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BarsTest {

  /** A shared or smaller machine than the bars are meant for may take so many times as long. */
  private static final double GENEROUS = 3;

  @Test
  void aStreamThroughANodeIsCountedWhole() {
    Report report = bar("cpu-per-request").measure(0.001);
    assertThat(report.measures())
        .filteredOn(measure -> !measure.timed())
        .isNotEmpty()
        .allMatch(Measure::held);
    assertThat(report.row())
        .startsWith("| CPU per request")
        .endsWith("`bench/run cpu-per-request` |");
  }

  @Test
  void whatIsOverItsLimitIsShortAndSaysByHowMuch() {
    Report report =
        new Report(
            "bar",
            "≤ 1 ms",
            List.of(Measure.atMost("p50", 0.5, 1, "ms"), Measure.atMost("p99", 1.25, 1, "ms")),
            List.of("beside"),
            "name");
    assertThat(report.held()).isFalse();
    assertThat(report.row())
        .isEqualTo(
            "| bar | ≤ 1 ms | p50 0.50 ms, p99 1.25 ms, beside | short: p99 over by 0.25 ms |"
                + " `bench/run name` |");
    assertThat(report.measures()).allMatch(measure -> measure.heldWithin(2));
    assertThat(Measure.none("errors", 1).heldWithin(100)).isFalse();
  }

  @Tag("acceptance")
  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void theBarHolds(String name) {
    Report report = bar(name).measure(1);
    System.out.println(report.row());
    assertThat(report.measures()).allMatch(measure -> measure.heldWithin(GENEROUS));
  }

  static List<String> names() {
    return Bars.all().stream().map(Bar::name).toList();
  }

  private static Bar bar(String name) {
    return Bars.all().stream().filter(bar -> bar.name().equals(name)).findFirst().orElseThrow();
  }
}
