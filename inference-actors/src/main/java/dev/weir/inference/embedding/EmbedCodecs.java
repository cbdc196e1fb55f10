package dev.weir.inference.embedding;

import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** How texts and vectors travel beside actor messages. What is behind the known is not read. */
public final class EmbedCodecs {

  private static final int HEAD = 32;
  private static final int MOST_INPUTS = 1 << 20;

  public static final Codec<EmbedCall> CALLS = new Calls();
  public static final Codec<Vectors> VECTORS = new Floats();

  private EmbedCodecs() {}

  private static final class Calls implements Codec<EmbedCall> {

    @Override
    public void encode(EmbedCall value, ByteWriter out) {
      out.writeNumber(value.dimensions()).writeNumber(value.inputs().size());
      value.inputs().forEach(out::writeText);
    }

    @Override
    public EmbedCall decode(ByteReader in) {
      int dimensions = in.readSize();
      int count = bounded(in.readSize());
      List<String> inputs = new ArrayList<>(count);
      for (int at = 0; at < count; at++) {
        inputs.add(in.readText());
      }
      return new EmbedCall(inputs, dimensions);
    }

    @Override
    public int size(EmbedCall value) {
      long size = HEAD;
      for (String input : value.inputs()) {
        size += HEAD + input.length();
      }
      return (int) Math.min(Integer.MAX_VALUE / 2, size);
    }
  }

  private static final class Floats implements Codec<Vectors> {

    @Override
    public void encode(Vectors value, ByteWriter out) {
      out.writeNumber(value.tokens()).writeNumber(value.all().size());
      for (ByteString vector : value.all()) {
        out.writeNumber(vector.size()).write(vector.toArrayUnsafe());
      }
    }

    @Override
    public Vectors decode(ByteReader in) {
      long tokens = in.readNumber();
      int count = bounded(in.readSize());
      List<ByteString> vectors = new ArrayList<>(count);
      for (int at = 0; at < count; at++) {
        vectors.add(ByteString.fromArrayUnsafe(in.read(in.readSize())));
      }
      return new Vectors(vectors, tokens);
    }

    @Override
    public int size(Vectors value) {
      long size = HEAD;
      for (ByteString vector : value.all()) {
        size += 5 + vector.size();
      }
      return (int) Math.min(Integer.MAX_VALUE / 2, size);
    }
  }

  private static int bounded(int count) {
    if (count > MOST_INPUTS) {
      throw new IllegalArgumentException("Out of range: " + count);
    }
    return count;
  }
}
