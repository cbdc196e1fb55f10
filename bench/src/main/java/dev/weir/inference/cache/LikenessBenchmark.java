package dev.weir.inference.cache;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One question compared with the 1,000 that its kin has at most by default. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LikenessBenchmark {

  private static final int ENTRIES = 1000;

  @Param({"256", "1536"})
  private int dimensions;

  private final Likeness likeness = new Likeness(Long.MAX_VALUE);
  private float[] sought = {};

  /** Fills it. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int entry = 0; entry < ENTRIES; entry++) {
      likeness.add("kin", "k" + entry, vector(random), ENTRIES);
    }
    sought = vector(random);
  }

  private float[] vector(SplittableRandom random) {
    float[] vector = new float[dimensions];
    for (int at = 0; at < dimensions; at++) {
      vector[at] = (float) random.nextDouble(-1, 1);
    }
    return vector;
  }

  @Benchmark
  public Object find() {
    return likeness.find("kin", sought, 0.95);
  }
}
