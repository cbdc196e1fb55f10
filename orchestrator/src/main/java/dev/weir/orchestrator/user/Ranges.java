package dev.weir.orchestrator.user;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of numbers that is small where the numbers are dense: sorted ranges, never touching.
 * Immutable.
 */
public record Ranges(List<Range> ranges) {

  static final Ranges EMPTY = new Ranges(List.of());

  /** All numbers from {@code from} to {@code to}, both within. */
  public record Range(long from, long to) {}

  public Ranges {
    ranges = List.copyOf(ranges);
  }

  boolean contains(long number) {
    int at = atOrAfter(number);
    return at < ranges.size() && ranges.get(at).from() <= number;
  }

  Ranges with(long number) {
    if (contains(number)) {
      return this;
    }
    int at = atOrAfter(number);
    List<Range> result = new ArrayList<>(ranges);
    long from = number;
    long to = number;
    if (at < result.size() && result.get(at).from() == number + 1) {
      to = result.remove(at).to();
    }
    if (at > 0 && result.get(at - 1).to() == number - 1) {
      from = result.remove(--at).from();
    }
    result.add(at, new Range(from, to));
    return new Ranges(result);
  }

  /** The index of the first range that ends at {@code number} or later. */
  private int atOrAfter(long number) {
    int low = 0;
    int high = ranges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ranges.get(middle).to() < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
