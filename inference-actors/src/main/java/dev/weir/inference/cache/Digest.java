package dev.weir.inference.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** SHA-256 over values that are told apart by their lengths. Not thread safe. */
final class Digest {

  private static final int NULL = -1;

  private final MessageDigest sha;

  Digest() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  Digest add(@Nullable Object value) {
    if (value == null) {
      return add(NULL);
    }
    byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    sha.update(bytes);
    return this;
  }

  Digest add(int number) {
    sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    return this;
  }

  /** Every element by {@code each}, behind their number. */
  <T> Digest addAll(List<T> values, Consumer<T> each) {
    add(values.size());
    values.forEach(each);
    return this;
  }

  /** 64 letters and digits. */
  String text() {
    return HexFormat.of().formatHex(sha.digest());
  }
}
