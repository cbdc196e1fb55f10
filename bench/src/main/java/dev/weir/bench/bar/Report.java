package dev.weir.bench.bar;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A row: a bar and how it was met.
 *
 * @param beside figures that have no limit
 */
public record Report(
    String bar, String wanted, List<Measure> measures, List<String> beside, String name) {

  /** The head of the table. */
  public static final String HEAD =
      "| bar | wanted | measured | held | command |\n|---|---|---|---|---|";

  public Report {
    measures = List.copyOf(measures);
    beside = List.copyOf(beside);
  }

  public boolean held() {
    return measures.stream().allMatch(Measure::held);
  }

  /** The row in Markdown. */
  public String row() {
    String measured =
        Stream.concat(measures.stream().map(Measure::toString), beside.stream())
            .collect(Collectors.joining(", "));
    String verdict =
        held()
            ? "held"
            : measures.stream()
                .filter(measure -> !measure.held())
                .map(Measure::over)
                .collect(Collectors.joining(", ", "short: ", ""));
    return "| "
        + String.join(" | ", bar, wanted, measured, verdict, "`bench/run " + name + "`")
        + " |";
  }
}
