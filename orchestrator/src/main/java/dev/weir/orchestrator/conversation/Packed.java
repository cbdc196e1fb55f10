package dev.weir.orchestrator.conversation;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.item.Item;
import java.util.List;

/** Items on their way between nodes: in the message, or a ticket for what travels beside it. */
public interface Packed extends WireMessage {

  /** Few enough to travel inside the message. */
  record Inline(List<Item> items) implements Packed {
    public Inline {
      items = List.copyOf(items);
    }

    /** Tells nothing of what was said. */
    @Override
    public String toString() {
      return "Inline[" + items.size() + " items]";
    }
  }
}
