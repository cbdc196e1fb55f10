package dev.weir.gateway.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packed;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.ConversationId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Named conversations, wherever they live. A caller finds only its own: another's are not found.
 * What is asked is asked again until it is answered, and done once. Thread safe.
 */
public final class Conversations {

  private final Entities<Conversation.Command> entities;
  private final Packer packer;
  private final Ulid ulid;

  public Conversations(Entities<Conversation.Command> entities, Packer packer, Ulid ulid) {
    this.entities = entities;
    this.packer = packer;
    this.ulid = ulid;
  }

  /** A conversation as its owner sees it. */
  public record Described(String id, Map<String, String> metadata, Instant createdAt) {}

  /** Begins a conversation, with {@code items} in it. */
  public CompletionStage<Described> create(
      Caller caller, Map<String, String> metadata, List<Item> items) {
    String id = "conv_" + ulid.next();
    String command = ulid.next();
    return described(caller, id, to -> new Conversation.Create(command, metadata, to))
        .thenCompose(
            begun ->
                items.isEmpty()
                    ? CompletableFuture.completedFuture(begun)
                    : add(caller, id, items).thenApply(added -> begun));
  }

  public CompletionStage<Described> describe(Caller caller, String id) {
    return described(caller, id, Conversation.Describe::new);
  }

  /** Replaces the metadata. */
  public CompletionStage<Described> update(Caller caller, String id, Map<String, String> metadata) {
    return described(caller, id, to -> new Conversation.UpdateMetadata(metadata, to));
  }

  /** Forgets the conversation and all that was said in it. */
  public CompletionStage<Void> delete(Caller caller, String id) {
    String command = ulid.next();
    return done(caller, id, to -> new Conversation.Delete(command, to));
  }

  /** Adds items at the end, under new ids: those they came with may be taken. */
  public CompletionStage<List<Item>> add(Caller caller, String id, List<Item> items) {
    String command = "items_" + ulid.next();
    List<Item> named = items.stream().map(this::named).toList();
    Packed packed = packer.pack(named);
    return done(caller, id, to -> new Conversation.AddItems(command, packed, to))
        .whenComplete((done, failure) -> packer.release(packed))
        .thenApply(done -> named);
  }

  private Item named(Item item) {
    String unique = ulid.next();
    return switch (item) {
      case Item.Message it ->
          new Item.Message("msg_" + unique, it.status(), it.role(), it.content());
      case Item.FunctionCall it ->
          new Item.FunctionCall(
              "fc_" + unique, it.status(), it.callId(), it.name(), it.arguments());
      case Item.FunctionCallOutput it ->
          new Item.FunctionCallOutput("fco_" + unique, it.status(), it.callId(), it.output());
      case Item.Reasoning it -> new Item.Reasoning("rs_" + unique, it.status(), it.text());
    };
  }

  /** Part of the items. */
  public CompletionStage<Slice> list(Caller caller, String id, Slice.Wanted wanted) {
    return ask(
            caller,
            id,
            to ->
                new Conversation.ListItems(
                    wanted.newestFirst(), wanted.after(), wanted.limit(), to))
        .thenCompose(
            reply ->
                reply instanceof Conversation.Page(Packed items, boolean more)
                    ? packer.unpack(items).thenApply(unpacked -> new Slice(unpacked, more))
                    : CompletableFuture.failedFuture(unexpected()));
  }

  public CompletionStage<Item> item(Caller caller, String id, String item) {
    return ask(caller, id, to -> new Conversation.GetItem(item, to))
        .thenCompose(
            reply ->
                reply instanceof Conversation.Items(Packed items)
                    ? packer.unpack(items).thenApply(List::getFirst)
                    : CompletableFuture.failedFuture(unexpected()));
  }

  /** Forgets one item; the conversation as it is then. */
  public CompletionStage<Described> deleteItem(Caller caller, String id, String item) {
    return done(caller, id, to -> new Conversation.DeleteItem(item, to))
        .thenCompose(done -> describe(caller, id));
  }

  private CompletionStage<Described> described(
      Caller caller, String id, Function<ActorRef<Conversation.Reply>, Conversation.Command> ask) {
    return ask(caller, id, ask)
        .thenApply(
            reply -> {
              if (reply instanceof Conversation.Description(var metadata, long createdAt)) {
                return new Described(id, metadata, Instant.ofEpochMilli(createdAt));
              }
              throw unexpected();
            });
  }

  private CompletionStage<Void> done(
      Caller caller, String id, Function<ActorRef<Conversation.Reply>, Conversation.Command> ask) {
    return ask(caller, id, ask).thenApply(reply -> null);
  }

  private CompletionStage<Conversation.Reply> ask(
      Caller caller, String id, Function<ActorRef<Conversation.Reply>, Conversation.Command> ask) {
    return ConversationId.parse(id)
        .map(part -> entities.ask(caller.conversation(part), ask))
        .orElseGet(() -> CompletableFuture.failedFuture(notFound(id)))
        .thenApply(
            reply -> {
              if (reply instanceof Conversation.Refused(WeirError error)) {
                throw error.asException();
              }
              return reply;
            });
  }

  private static RuntimeException notFound(String id) {
    return new WeirError.NotFound("conversation_not_found", "No conversation with id '" + id + "'.")
        .asException();
  }

  private static IllegalStateException unexpected() {
    return new IllegalStateException("The conversation answered something else");
  }
}
