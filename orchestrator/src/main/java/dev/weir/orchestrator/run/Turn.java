package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packed;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A response's place in its conversation: the context it needs before it, and the turn it adds. The
 * conversation takes a repetition for what it is. Thread safe.
 */
final class Turn {

  private final Entities<Conversation.Command> conversations;
  private final Packer packer;
  private final Response response;
  private final boolean named;
  private final TraceContext trace;

  /**
   * The turn of one response.
   *
   * @param response with its input
   */
  Turn(
      Entities<Conversation.Command> conversations,
      Packer packer,
      Response response,
      TraceContext trace) {
    this.conversations = conversations;
    this.packer = packer;
    this.response = response;
    this.trace = trace;
    this.named = response.request().conversation() != null;
  }

  /** Whether anything was said before. */
  boolean hasContext() {
    return named || response.request().previousResponseId() != null;
  }

  /** What was said before; a named conversation is held until {@code holder} ends. */
  CompletionStage<List<Item>> context(ActorRef<?> holder) {
    String parent = response.request().previousResponseId();
    return Stage.CONTEXT.during(
        trace,
        place ->
            this.<Conversation.Reply>ask(
                    replyTo ->
                        new Conversation.Context(parent, named, id(), holder, replyTo, place))
                .thenCompose(this::items));
  }

  private CompletionStage<List<Item>> items(Conversation.Reply reply) {
    return reply instanceof Conversation.Items(var packed)
        ? packer.unpack(packed)
        : CompletableFuture.failedStage(unexpected(reply).asException());
  }

  /** Adds the input and what was said, and ends the hold. */
  CompletionStage<Conversation.Done> append(Response ended) {
    ResponseRequest request = response.request();
    List<Item> items = new ArrayList<>(request.input());
    ended.said().forEach(items::add);
    Packed packed = packer.pack(items);
    return Stage.APPEND.during(
        trace,
        place ->
            this.<Conversation.Reply>ask(
                    replyTo ->
                        new Conversation.Append(
                            id(), request.previousResponseId(), named, packed, replyTo, place))
                .whenComplete((reply, failure) -> packer.release(packed))
                .thenCompose(Turn::done));
  }

  private static CompletionStage<Conversation.Done> done(Conversation.Reply reply) {
    return reply instanceof Conversation.Done done
        ? CompletableFuture.completedStage(done)
        : CompletableFuture.failedStage(unexpected(reply).asException());
  }

  /**
   * Gives a named conversation back without a turn, at once; the holder's end does it for certain.
   */
  void release() {
    if (named) {
      this.<Conversation.Reply>ask(replyTo -> new Conversation.Release(id(), replyTo));
    }
  }

  private <R> CompletionStage<R> ask(Function<ActorRef<R>, Conversation.Command> message) {
    return conversations.ask(response.caller().conversation(response.id().conversation()), message);
  }

  private String id() {
    return response.id().toString();
  }

  private static WeirError unexpected(Conversation.Reply reply) {
    return reply instanceof Conversation.Refused(WeirError error)
        ? error
        : new WeirError.Internal("conversation_reply", "The conversation answered out of turn.");
  }
}
