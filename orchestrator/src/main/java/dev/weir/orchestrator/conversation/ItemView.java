package dev.weir.orchestrator.conversation;

import dev.weir.inference.item.Item;
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

  /** Part of the items up to the head; empty when {@code wanted.after()} is not there. */
  Optional<Slice> slice(Slice.Wanted wanted) {
    return Slice.of(upTo(state.head()), wanted);
  }
}
