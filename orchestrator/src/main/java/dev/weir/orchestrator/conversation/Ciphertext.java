package dev.weir.orchestrator.conversation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** Sealed bytes: a nonce, then what only the conversation's key opens. Stored as plain binary. */
public final class Ciphertext {

  private final byte[] bytes;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  Ciphertext(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Not a copy: the holder must leave it as it is. */
  @JsonValue
  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ciphertext that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Ciphertext[" + bytes.length + " bytes]";
  }
}
