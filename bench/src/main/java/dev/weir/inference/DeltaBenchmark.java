package dev.weir.inference;

import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.inference.provider.Delta;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One token as Kryo sends it from node to node: encoded and decoded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeltaBenchmark {

  private final Codec<Delta> codec =
      InferenceCodecs.of(KryoCodec.of(WireRegistry.load(), 1 << 20)).deltas();
  private final ByteWriter out = new ByteWriter(4096);
  private final Delta delta = new Delta.Text(" river");

  @Benchmark
  public Object encodeAndDecode() {
    out.clear();
    codec.encode(delta, out);
    return codec.decode(new ByteReader(out.toByteArray()));
  }
}
