package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a context fit by dropping its oldest items, as {@code truncation: auto} asks for. The
 * newest item stays, and so does all that the system or the developer says; a function's output
 * stays with its call or not at all. Plain logic.
 */
final class ContextFit {

  private final InputBound bound;
  private final long window;

  /** Fits calls into {@code window} tokens of input and output. */
  ContextFit(InputBound bound, long window) {
    this.bound = bound;
    this.window = window;
  }

  /**
   * {@code call} with as many of its newest items as leave room for {@code output} tokens;
   * unchanged where all fit. What cannot be dropped may still be too long.
   */
  ModelCall fit(ModelCall call, long output) {
    long room = bound.room(call, window - output);
    List<Item> items = call.items();
    if (items.stream().mapToLong(bound::estimate).sum() <= room) {
      return call;
    }
    long pinned = items.stream().filter(ContextFit::isPinned).mapToLong(bound::estimate).sum();
    return call.withItems(newest(items, room - pinned));
  }

  private List<Item> newest(List<Item> items, long room) {
    Map<String, Item> calls = calls(items);
    Set<Item> owed = new HashSet<>();
    Deque<Item> kept = new ArrayDeque<>();
    long left = room;
    boolean full = false;
    boolean first = true;
    for (Item item : items.reversed()) {
      if (isPinned(item) || owed.contains(item)) {
        kept.addFirst(item);
        continue;
      }
      Item call = item instanceof Item.FunctionCallOutput it ? calls.get(it.callId()) : null;
      left -= bound.estimate(item) + (call == null ? 0 : bound.estimate(call));
      full |= left < 0;
      if (!full || first) {
        kept.addFirst(item);
        if (call != null) {
          owed.add(call);
        }
      }
      first = false;
    }
    return List.copyOf(kept);
  }

  private static Map<String, Item> calls(List<Item> items) {
    Map<String, Item> calls = new HashMap<>();
    for (Item item : items) {
      if (item instanceof Item.FunctionCall call) {
        calls.put(call.callId(), call);
      }
    }
    return calls;
  }

  private static boolean isPinned(Item item) {
    return item instanceof Item.Message message
        && (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER);
  }
}
