package dev.weir.orchestrator.run;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.orchestrator.response.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A client's word that requests with it are one and the same.
 *
 * @param key as the client chose it
 * @param body a hash of what was asked, by which another request under the same key is known
 */
public record IdempotencyKey(String key, String body) implements WireMessage {

  /** The same name for the same caller's same key, which tells neither. */
  String id(Caller caller) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(caller.entityId().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Tells no key. */
  @Override
  public String toString() {
    return "IdempotencyKey";
  }
}
