package dev.weir.bench.bar;

/** One row of the table of bars. */
public interface Bar {

  /** The name of its command. */
  String name();

  /** Measures it, at {@code scale} 1 as the bar says; smaller numbers only try the tool. */
  Report measure(double scale);

  /** {@code count} scaled, at least {@code least}. */
  static int scaled(int count, double scale, int least) {
    return Math.max(least, (int) (count * scale));
  }
}
