package dev.weir.inference.provider.gemini;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Queue;

/**
 * Numbers the calls of an answer and names those that come without an id: by their place in the
 * answer and by the context it answers, so that the same call of the model has the same ids and
 * another one of the conversation has others. Plain state, one thread at a time.
 */
final class Calls {

  private final ModelCall call;
  private final Queue<Delta> deltas;
  private int count;

  Calls(ModelCall call, Queue<Delta> deltas) {
    this.call = call;
    this.deltas = deltas;
  }

  boolean any() {
    return count > 0;
  }

  /**
   * Adds a call. The upstream cannot be told to make one at a time: where only one is wanted, the
   * others are dropped, and made again once the first has its result.
   *
   * @param id empty where the upstream gives none
   * @param arguments JSON text
   */
  void add(String id, String name, String arguments) {
    if (name.isEmpty()) {
      throw UpstreamError.malformed().asException();
    }
    if (count > 0 && !call.parallelToolCalls()) {
      return;
    }
    String callId = id.isEmpty() ? newId() : id;
    deltas.add(new Delta.ToolCall(count, callId, name, arguments));
    count++;
  }

  private String newId() {
    String last = call.items().isEmpty() ? "" : call.items().getLast().id();
    String place = last + "|" + call.items().size() + "|" + count;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(place.getBytes(StandardCharsets.UTF_8));
      return "call_" + HexFormat.of().formatHex(Arrays.copyOf(digest, 12));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
