package dev.weir.orchestrator.conversation;

import dev.weir.cluster.serialization.WireTypes;
import java.util.Map;
import java.util.TreeMap;

/** What conversations send to other nodes: 2100–2199. */
public final class ConversationWire implements WireTypes {

  @Override
  public Map<Integer, Class<?>> types() {
    Map<Integer, Class<?>> types = new TreeMap<>();
    types.put(2100, Conversation.Context.class);
    types.put(2101, Conversation.Append.class);
    types.put(2102, Conversation.Release.class);
    types.put(2103, Conversation.Create.class);
    types.put(2104, Conversation.Describe.class);
    types.put(2105, Conversation.UpdateMetadata.class);
    types.put(2106, Conversation.Delete.class);
    types.put(2107, Conversation.AddItems.class);
    types.put(2108, Conversation.ListItems.class);
    types.put(2109, Conversation.GetItem.class);
    types.put(2110, Conversation.DeleteItem.class);
    types.put(2111, Conversation.RemoveTurn.class);
    types.put(2112, Conversation.KeepAlive.class);
    types.put(2120, Conversation.Done.class);
    types.put(2121, Conversation.Items.class);
    types.put(2122, Conversation.Page.class);
    types.put(2123, Conversation.Description.class);
    types.put(2124, Conversation.Refused.class);
    types.put(2130, Packed.Inline.class);
    types.put(2131, ParcelPacker.Apart.class);
    return types;
  }
}
