package dev.weir.cluster.conduit;

import org.apache.pekko.util.ByteString;

/**
 * How the elements of one kind of stream become bytes and come back. Used from many threads at
 * once.
 *
 * <p>A value that {@link #decode} refuses, by any exception, fails the stream that carried it.
 */
public interface Codec<T> {

  /** Plain bytes. */
  Codec<ByteString> BYTES = new BytesCodec();

  void encode(T value, ByteWriter out);

  /** Reads one value that takes all of {@code in}. */
  T decode(ByteReader in);

  /** About how many bytes the value takes: its price in credit where it is not encoded. */
  int size(T value);
}
