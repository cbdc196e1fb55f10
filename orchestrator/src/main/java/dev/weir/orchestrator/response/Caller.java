package dev.weir.orchestrator.response;

import dev.weir.cluster.serialization.WireMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Who asks and pays. Every response, conversation and budget belongs to one caller. */
public record Caller(String tenant, String user) implements WireMessage {

  public static final String DEFAULT_TENANT = "default";

  /** The sharding entity's id: both parts hashed, so that no name reaches a log or a label. */
  public String entityId() {
    return hash(tenant) + "/" + hash(user);
  }

  /** The entity id of one of its conversations. */
  public String conversation(String id) {
    return entityId() + "/" + id;
  }

  /** A name's part of an entity id. */
  public static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
