package dev.weir.bench.bar;

import java.util.Locale;

/**
 * One figure beside its limit.
 *
 * @param timed a busy machine changes it; a count it does not
 */
public record Measure(String what, double value, double limit, String unit, boolean timed) {

  /** A time or a cost, which must not be more than {@code limit}. */
  public static Measure atMost(String what, double value, double limit, String unit) {
    return new Measure(what, value, limit, unit, true);
  }

  /** A count of what must not happen. */
  public static Measure none(String what, long count) {
    return new Measure(what, count, 0, "", false);
  }

  public boolean held() {
    return value <= limit;
  }

  /** Whether it holds where a timed figure may be {@code factor} times its limit. */
  public boolean heldWithin(double factor) {
    return value <= (timed ? limit * factor : limit);
  }

  /** By how much it is over. */
  String over() {
    return what + " over by " + number(value - limit) + unitText();
  }

  private String unitText() {
    return unit.isEmpty() ? "" : " " + unit;
  }

  static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      return Long.toString((long) value);
    }
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
  }

  @Override
  public String toString() {
    return what + " " + number(value) + unitText();
  }
}
