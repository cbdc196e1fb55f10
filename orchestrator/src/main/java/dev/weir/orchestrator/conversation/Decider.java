package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides requests on a conversation whose key is at hand. Plain logic: changes nothing. */
final class Decider {

  private final ConversationState state;
  private final Vault vault;
  private final Packer packer;
  private final ItemView view;
  private final long now;

  Decider(ConversationState state, Vault vault, Packer packer, long now) {
    this.state = state;
    this.vault = vault;
    this.packer = packer;
    this.view = new ItemView(state, vault);
    this.now = now;
  }

  Decision decide(Conversation.Request request) {
    return switch (request) {
      case Conversation.Context it -> context(it);
      case Conversation.Append it -> append(it);
      case Conversation.Create it -> create(it);
      case Conversation.RemoveTurn it -> removeTurn(it);
      case Conversation.Release it -> release(it);
      case Conversation.Delete it -> Decision.noConversation();
      case Conversation.Describe it -> ifNamed(this::describe);
      case Conversation.UpdateMetadata it -> ifNamed(() -> updateMetadata(it));
      case Conversation.AddItems it -> ifNamed(() -> addItems(it));
      case Conversation.ListItems it -> ifNamed(() -> listItems(it));
      case Conversation.GetItem it -> ifNamed(() -> getItem(it));
      case Conversation.DeleteItem it -> ifNamed(() -> deleteItem(it));
    };
  }

  private Decision ifNamed(Supplier<Decision> decision) {
    return state.named() ? decision.get() : Decision.noConversation();
  }

  private Decision context(Conversation.Context it) {
    if (it.exclusive()) {
      return ifNamed(() -> items(it, view.upTo(state.head())));
    }
    return it.parent() == null || state.addressable(it.parent())
        ? items(it, view.upTo(it.parent()))
        : noResponse();
  }

  private Decision append(Conversation.Append it) {
    if (state.turns().containsKey(it.responseId())) {
      return done();
    }
    if (it.exclusive()) {
      return ifNamed(() -> append(it, state.head()));
    }
    return it.parent() == null || state.turns().containsKey(it.parent())
        ? append(it, it.parent())
        : noResponse();
  }

  private Decision append(Conversation.Append it, @Nullable String parent) {
    Ciphertext sealed = vault.seal(Vault.turn(it.responseId()), inline(it.items()));
    return store(
        new ConversationEvent.TurnAppended(it.responseId(), parent, it.exclusive(), sealed, now));
  }

  private Decision release(Conversation.Release it) {
    ConversationState.Hold hold = state.hold();
    return hold != null && hold.responseId().equals(it.responseId())
        ? store(new ConversationEvent.Released(it.responseId()))
        : done();
  }

  private Decision create(Conversation.Create it) {
    Conversation.Description begun = new Conversation.Description(it.metadata(), now);
    if (!state.exists()) {
      return new Decision(
          new ConversationEvent.Created(it.commandId(), vault.sealMetadata(it.metadata()), now),
          begun);
    }
    return state.created() != null && state.created().commandId().equals(it.commandId())
        ? describe()
        : Decision.refuse(
            new WeirError.Conflict("conversation_exists", "The conversation exists already."));
  }

  private Decision describe() {
    ConversationState.Creation created = state.created();
    return created == null
        ? Decision.noConversation()
        : Decision.answer(
            new Conversation.Description(vault.metadata(created.metadata()), created.at()));
  }

  private Decision updateMetadata(Conversation.UpdateMetadata it) {
    ConversationState.Creation created = state.created();
    return created == null
        ? Decision.noConversation()
        : new Decision(
            new ConversationEvent.MetadataChanged(vault.sealMetadata(it.metadata())),
            new Conversation.Description(it.metadata(), created.at()));
  }

  private Decision addItems(Conversation.AddItems it) {
    if (state.turns().containsKey(it.commandId())) {
      return done();
    }
    Ciphertext sealed = vault.seal(Vault.turn(it.commandId()), inline(it.items()));
    return store(new ConversationEvent.ItemsAdded(it.commandId(), sealed, now));
  }

  private Decision listItems(Conversation.ListItems it) {
    return view.slice(new Slice.Wanted(it.newestFirst(), it.after(), it.limit()))
        .map(
            slice ->
                new Conversation.Page(packer.packFor(it.replyTo(), slice.items()), slice.more()))
        .map(Decision::answer)
        .orElseGet(() -> Decision.refuse(Slice.noSuchItem()));
  }

  private Decision getItem(Conversation.GetItem it) {
    return view.item(it.item()).map(item -> items(it, List.of(item))).orElseGet(Decider::noItem);
  }

  private Decision deleteItem(Conversation.DeleteItem it) {
    if (state.deletedItems().contains(it.item())) {
      return done();
    }
    return view.item(it.item()).isPresent()
        ? store(new ConversationEvent.ItemDeleted(it.item()))
        : noItem();
  }

  private Decision removeTurn(Conversation.RemoveTurn it) {
    if (state.addressable(it.responseId())) {
      return store(new ConversationEvent.TurnRemoved(it.responseId()));
    }
    return state.turns().containsKey(it.responseId()) ? done() : noResponse();
  }

  private static List<Item> inline(Packed packed) {
    if (packed instanceof Packed.Inline(List<Item> items)) {
      return items;
    }
    throw new IllegalArgumentException("Unpack first");
  }

  private Decision items(Conversation.Request asked, List<Item> items) {
    return Decision.answer(new Conversation.Items(packer.packFor(asked.replyTo(), items)));
  }

  private static Decision store(ConversationEvent event) {
    return new Decision(event, new Conversation.Done());
  }

  private static Decision done() {
    return Decision.answer(new Conversation.Done());
  }

  private static Decision noItem() {
    return Decision.notFound("item_not_found", "No such item in this conversation.");
  }

  private static Decision noResponse() {
    return Decision.notFound("previous_response_not_found", "No such response to continue.");
  }
}
