package dev.weir.inference.provider.anthropic;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Halves;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the calls of an answer among whose blocks they are, and gives a call without any
 * arguments the empty object. Plain state, one thread at a time.
 */
final class ToolBlocks {

  private final Queue<Delta> deltas;
  private final Map<Integer, Call> open = new HashMap<>();
  private int count;

  ToolBlocks(Queue<Delta> deltas) {
    this.deltas = deltas;
  }

  private static final class Call {
    private final int index;
    private final Halves arguments = new Halves();
    private boolean any;

    private Call(int index) {
      this.index = index;
    }
  }

  /** The block with this number is a call. */
  void begin(int block, String id, String name) {
    if (id.isEmpty() || name.isEmpty()) {
      throw UpstreamError.malformed().asException();
    }
    Call call = new Call(count++);
    open.put(block, call);
    deltas.add(new Delta.ToolCall(call.index, id, name, ""));
  }

  /** More of the arguments of the call in this block, if it is one. */
  void more(int block, String arguments) {
    @Nullable Call call = open.get(block);
    String whole = call == null ? "" : call.arguments.join(arguments);
    if (call != null && !whole.isEmpty()) {
      call.any = true;
      deltas.add(new Delta.ToolCall(call.index, "", "", whole));
    }
  }

  /** The block is at its end. */
  void end(int block) {
    @Nullable Call call = open.remove(block);
    if (call != null && !call.any) {
      deltas.add(new Delta.ToolCall(call.index, "", "", "{}"));
    }
  }
}
