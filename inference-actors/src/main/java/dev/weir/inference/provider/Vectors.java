package dev.weir.inference.provider;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The vectors of a call's inputs, in their order: each as the bytes of its little-endian floats,
 * the form in which clients take them.
 *
 * @param tokens how many the upstream has read, or {@link #UNTOLD}
 */
public record Vectors(List<ByteString> all, long tokens) {

  /** The upstream does not tell its usage. */
  public static final long UNTOLD = -1;

  public Vectors {
    all = List.copyOf(all);
  }

  /** The bytes of a vector. */
  public static ByteString bytes(float[] vector) {
    return bytes(vector, vector.length);
  }

  /** The bytes of a vector's first numbers. */
  public static ByteString bytes(float[] vector, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector, 0, length);
    return ByteString.fromArrayUnsafe(bytes.array());
  }

  /** The numbers of a vector. */
  public static float[] floats(ByteString vector) {
    float[] numbers = new float[vector.size() / Float.BYTES];
    vector.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }
}
