package dev.weir.orchestrator.conversation;

import dev.weir.inference.item.Item;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a conversation shows of its items to the holder of its key. */
final class ItemView {

  private final ConversationState state;
  private final Vault vault;

  ItemView(ConversationState state, Vault vault) {
    this.state = state;
    this.vault = vault;
  }

  /** Some items of a list, and whether it goes on behind them. */
  record Slice(List<Item> items, boolean more) {}

  /** The items from the root to {@code turn}, without the deleted ones. */
  List<Item> upTo(@Nullable String turn) {
    return state.path(turn).stream()
        .flatMap(node -> vault.items(Vault.turn(node.id()), node.items()).stream())
        .filter(item -> !state.deletedItems().contains(item.id()))
        .toList();
  }

  Optional<Item> item(String id) {
    return upTo(state.head()).stream().filter(item -> item.id().equals(id)).findFirst();
  }

  /** Up to {@code limit} items behind {@code after}; empty when that item is not there. */
  Optional<Slice> slice(boolean newestFirst, @Nullable String after, int limit) {
    List<Item> items = new ArrayList<>(upTo(state.head()));
    if (newestFirst) {
      Collections.reverse(items);
    }
    int from = after == null ? 0 : behind(items, after);
    if (from < 0) {
      return Optional.empty();
    }
    int to = Math.min(items.size(), from + limit);
    return Optional.of(new Slice(List.copyOf(items.subList(from, to)), to < items.size()));
  }

  private static int behind(List<Item> items, String id) {
    for (int at = 0; at < items.size(); at++) {
      if (items.get(at).id().equals(id)) {
        return at + 1;
      }
    }
    return -1;
  }
}
