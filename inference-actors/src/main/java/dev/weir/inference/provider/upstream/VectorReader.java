package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the vectors of one answer and holds them against what was asked. A vector may come as an
 * array of numbers or as the base64 of its little-endian floats. Used once.
 */
public final class VectorReader {

  /** No model's vectors are longer. */
  private static final int LONGEST = 65_536;

  private final EmbedCall call;
  private final @Nullable ByteString[] vectors;
  private float[] buffer = new float[1024];
  private long tokens = Vectors.UNTOLD;

  VectorReader(EmbedCall call) {
    this.call = call;
    this.vectors = new ByteString[call.inputs().size()];
  }

  /** What the upstream says it has read. */
  public void tokens(long told) {
    tokens = told;
  }

  /** The vector at which the parser stands. */
  public static ByteString vector(JsonParser json) throws IOException {
    return new VectorReader(new EmbedCall(List.of(), 0)).read(json);
  }

  /** Reads the vector of input {@code index}, at which the parser stands. */
  public void vector(int index, JsonParser json) throws IOException {
    put(index, read(json));
  }

  /** Takes the vector of input {@code index}. */
  public void put(int index, ByteString vector) {
    if (index < 0 || index >= vectors.length || vectors[index] != null || vector.isEmpty()) {
      throw UpstreamError.malformed().asException();
    }
    vectors[index] = vector;
  }

  private ByteString read(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return checked(ByteString.fromArrayUnsafe(json.getBinaryValue()));
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw UpstreamError.malformed().asException();
    }
    int length = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (length == buffer.length) {
        buffer = Arrays.copyOf(buffer, longer(length));
      }
      buffer[length++] = finite(json.getFloatValue());
    }
    return Vectors.bytes(buffer, length);
  }

  private static int longer(int length) {
    if (length >= LONGEST) {
      throw UpstreamError.malformed().asException();
    }
    return length * 2;
  }

  private static ByteString checked(ByteString vector) {
    if (vector.size() % Float.BYTES != 0) {
      throw UpstreamError.malformed().asException();
    }
    for (float number : Vectors.floats(vector)) {
      finite(number);
    }
    return vector;
  }

  private static float finite(float value) {
    if (!Float.isFinite(value)) {
      throw UpstreamError.malformed().asException();
    }
    return value;
  }

  /** All of them, if none is missing and all are as long as they shall be. */
  Vectors vectors() {
    int length = -1;
    List<ByteString> all = new ArrayList<>(vectors.length);
    for (ByteString vector : vectors) {
      if (vector == null || (length >= 0 && vector.size() / Float.BYTES != length)) {
        throw UpstreamError.malformed().asException();
      }
      length = vector.size() / Float.BYTES;
      all.add(vector);
    }
    if (call.dimensions() > 0 && length != call.dimensions()) {
      throw UpstreamError.wrongDimensions(call.dimensions(), length).asException();
    }
    return new Vectors(all, tokens);
  }
}
