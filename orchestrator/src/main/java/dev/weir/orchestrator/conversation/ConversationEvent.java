package dev.weir.orchestrator.conversation;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weir.cluster.serialization.Persisted;
import org.jspecify.annotations.Nullable;

/** What happened to a conversation. Times are Unix milliseconds. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ConversationEvent.Created.class, name = "created"),
  @JsonSubTypes.Type(value = ConversationEvent.MetadataChanged.class, name = "metadata-changed"),
  @JsonSubTypes.Type(value = ConversationEvent.TurnAppended.class, name = "turn-appended"),
  @JsonSubTypes.Type(value = ConversationEvent.ItemsAdded.class, name = "items-added"),
  @JsonSubTypes.Type(value = ConversationEvent.ItemDeleted.class, name = "item-deleted"),
  @JsonSubTypes.Type(value = ConversationEvent.TurnRemoved.class, name = "turn-removed"),
  @JsonSubTypes.Type(value = ConversationEvent.Held.class, name = "held"),
  @JsonSubTypes.Type(value = ConversationEvent.Released.class, name = "released"),
  @JsonSubTypes.Type(value = ConversationEvent.Deleted.class, name = "deleted")
})
public sealed interface ConversationEvent extends Persisted {

  /** It has a name and metadata now. */
  record Created(String commandId, Ciphertext metadata, long at) implements ConversationEvent {}

  record MetadataChanged(Ciphertext metadata) implements ConversationEvent {}

  /**
   * A response's input and output joined the tree.
   *
   * @param turn the response's id
   * @param head whether the conversation goes on from here
   */
  record TurnAppended(String turn, @Nullable String parent, boolean head, Ciphertext items, long at)
      implements ConversationEvent {}

  /** Items were added by hand, at the head. */
  record ItemsAdded(String commandId, Ciphertext items, long at) implements ConversationEvent {}

  record ItemDeleted(String item) implements ConversationEvent {}

  /** A response was deleted: nothing new continues it, what continues it already goes on. */
  record TurnRemoved(String turn) implements ConversationEvent {}

  /** A response is being made at the head, for whoever {@code holder} names; nobody else may. */
  record Held(String responseId, String holder) implements ConversationEvent {}

  /** That response will add nothing. */
  record Released(String responseId) implements ConversationEvent {}

  /** All of it is gone; its key was destroyed before. */
  record Deleted(String commandId) implements ConversationEvent {}
}
