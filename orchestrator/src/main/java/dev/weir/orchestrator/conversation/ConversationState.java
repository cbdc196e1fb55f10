package dev.weir.orchestrator.conversation;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weir.cluster.serialization.Persisted;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as its events leave it: a tree of sealed turns. Also the snapshot.
 *
 * @param created null for an implicit conversation, which only its responses name
 * @param turns by id
 * @param head the turn a named conversation goes on from
 * @param deletedBy the command that ended it all
 * @param hold who makes the next turn at the head, if anybody does
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonTypeName("conversation")
record ConversationState(
    @Nullable Creation created,
    Map<String, Turn> turns,
    @Nullable String head,
    Set<String> deletedItems,
    @Nullable String deletedBy,
    @Nullable Hold hold)
    implements Persisted {

  static final ConversationState EMPTY =
      new ConversationState(null, Map.of(), null, Set.of(), null, null);

  /**
   * The right of one response to go on from the head.
   *
   * @param holder names the actor with whose end it ends
   */
  record Hold(String responseId, String holder) {}

  /** How a named conversation began, and its metadata now. */
  record Creation(String commandId, Ciphertext metadata, long at) {}

  /**
   * One node of the tree.
   *
   * @param addressable whether a new turn may name it as its parent
   */
  record Turn(String id, @Nullable String parent, boolean addressable, Ciphertext items) {}

  boolean named() {
    return created != null;
  }

  boolean exists() {
    return named() || !turns.isEmpty();
  }

  boolean addressable(String turn) {
    Turn found = turns.get(turn);
    return found != null && found.addressable();
  }

  /** The turns from the root to {@code turn}; none for null. */
  List<Turn> path(@Nullable String turn) {
    Deque<Turn> path = new ArrayDeque<>();
    for (String at = turn; at != null; at = path.getFirst().parent()) {
      path.addFirst(turns.get(at));
    }
    return List.copyOf(path);
  }

  ConversationState after(ConversationEvent event) {
    return switch (event) {
      case ConversationEvent.Created it ->
          with(new Creation(it.commandId(), it.metadata(), it.at()));
      case ConversationEvent.MetadataChanged it -> changed(it.metadata());
      case ConversationEvent.TurnAppended it ->
          with(new Turn(it.turn(), it.parent(), true, it.items()), it.head()).released(it.turn());
      case ConversationEvent.ItemsAdded it ->
          with(new Turn(it.commandId(), head, false, it.items()), true);
      case ConversationEvent.ItemDeleted it -> without(it.item());
      case ConversationEvent.TurnRemoved it -> removed(it.turn());
      case ConversationEvent.Held it -> held(new Hold(it.responseId(), it.holder()));
      case ConversationEvent.Released it -> released(it.responseId());
      case ConversationEvent.Deleted it ->
          new ConversationState(null, Map.of(), null, Set.of(), it.commandId(), null);
    };
  }

  private ConversationState with(Creation creation) {
    return new ConversationState(creation, turns, head, deletedItems, deletedBy, hold);
  }

  private ConversationState changed(Ciphertext metadata) {
    return created == null ? this : with(new Creation(created.commandId(), metadata, created.at()));
  }

  private ConversationState with(Turn turn, boolean atHead) {
    Map<String, Turn> grown = new HashMap<>(turns);
    grown.put(turn.id(), turn);
    return new ConversationState(
        created,
        Collections.unmodifiableMap(grown),
        atHead ? turn.id() : head,
        deletedItems,
        deletedBy,
        hold);
  }

  private ConversationState without(String item) {
    Set<String> grown = new HashSet<>(deletedItems);
    grown.add(item);
    return new ConversationState(
        created, turns, head, Collections.unmodifiableSet(grown), deletedBy, hold);
  }

  private ConversationState held(@Nullable Hold now) {
    return new ConversationState(created, turns, head, deletedItems, deletedBy, now);
  }

  private ConversationState released(String responseId) {
    return hold != null && hold.responseId().equals(responseId) ? held(null) : this;
  }

  private ConversationState removed(String turn) {
    Turn found = turns.get(turn);
    return found == null
        ? this
        : with(new Turn(found.id(), found.parent(), false, found.items()), turn.equals(head));
  }
}
