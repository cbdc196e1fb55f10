package dev.weir.cluster.conduit;

import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One token's frame on a link: written and read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {

  private final ByteWriter out = new ByteWriter(4096);
  private final Frame frame =
      new Frame.Data(1234, 56, true, ByteString.fromString(" riverside...."));

  @Benchmark
  public Object writeAndRead() {
    out.clear();
    FrameCodec.write(frame, out);
    return FrameCodec.read(new ByteReader(out.toByteArray()));
  }
}
