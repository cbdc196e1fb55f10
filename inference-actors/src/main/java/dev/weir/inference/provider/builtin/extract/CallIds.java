package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.item.Item;
import dev.weir.inference.provider.ModelCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names tool calls: unique in a conversation, since its item ids are, and equal for equal calls.
 */
final class CallIds {

  private static final int BYTES = 10;

  private CallIds() {}

  /** What the ids of all tool calls in the answer to {@code call} begin with. */
  static String of(ModelCall call) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Item item : call.items()) {
        digest.update((item.id() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      digest.update(call.instructions().getBytes(StandardCharsets.UTF_8));
      return "call_" + HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
