package dev.weir.cluster.conduit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what a {@link ByteWriter} wrote. Throws {@link IllegalArgumentException} where bytes are
 * missing or make no sense.
 *
 * <p>Not thread safe.
 */
public final class ByteReader {

  private final byte[] bytes;
  private final int end;
  private int at;

  public ByteReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  ByteReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** How many bytes are left. */
  public int remaining() {
    return end - at;
  }

  public int readByte() {
    require(1);
    return bytes[at++] & 0xFF;
  }

  public long readNumber() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int next = readByte();
      value |= (long) (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("A number of more than ten bytes.");
  }

  /** A number that fits an {@code int} and is not negative. */
  public int readSize() {
    long value = readNumber();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("Out of range: " + value);
    }
    return (int) value;
  }

  public String readText() {
    int length = readSize();
    require(length);
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  /** A copy of the next {@code length} bytes. */
  public byte[] read(int length) {
    require(length);
    byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return copy;
  }

  private void require(int length) {
    if (length < 0 || end - at < length) {
      throw new IllegalArgumentException(length + " bytes wanted, " + (end - at) + " left.");
    }
  }
}
