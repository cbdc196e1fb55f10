package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A hash by which a request is known again: of its path and its body. The order of fields and
 * spaces mean nothing, nor does how the answer is to be sent, streamed or whole.
 */
public final class BodyDigest {

  private static final List<String> DELIVERY = List.of("stream", "stream_options");

  private BodyDigest() {}

  public static String of(String path, Fields body) {
    ObjectNode asked = body.copy();
    asked.remove(DELIVERY);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(Json.sorted(asked));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
