package dev.weir.cluster.conduit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes. Numbers are written as base-128 varints, seven bits a byte, low bits
 * first; texts and byte arrays behind their length.
 *
 * <p>Not thread safe.
 *
 * @see ByteReader
 */
public final class ByteWriter {

  private byte[] bytes;
  private int size;

  public ByteWriter(int capacity) {
    bytes = new byte[capacity];
  }

  public int size() {
    return size;
  }

  /** Forgets what was written and keeps the memory. */
  public void clear() {
    size = 0;
  }

  public ByteWriter writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Writes a number; small ones that are not negative take one byte, negative ones ten. */
  public ByteWriter writeNumber(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  /** Writes a text as UTF-8 behind its length. */
  public ByteWriter writeText(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    return writeNumber(encoded.length).write(encoded);
  }

  /** Writes the bytes as they are. */
  public ByteWriter write(byte[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, bytes, size, source.length);
    size += source.length;
    return this;
  }

  /** Overwrites four bytes at {@code at} with a big-endian number. */
  void setInt(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /** A copy of everything written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
