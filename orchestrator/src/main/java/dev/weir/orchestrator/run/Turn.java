package dev.weir.orchestrator.run;

import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * A response's place in its conversation: the context it needs before it, and the turn it adds.
 * Every message may be sent again.
 */
final class Turn {

  private final ActorRef<ShardingEnvelope<Conversation.Command>> conversations;
  private final Packer packer;
  private final Response response;
  private final boolean named;
  private final TraceContext trace;
  private @Nullable Span waiting;

  Turn(
      ActorRef<ShardingEnvelope<Conversation.Command>> conversations,
      Packer packer,
      Response response,
      TraceContext trace) {
    this.trace = trace;
    this.conversations = conversations;
    this.packer = packer;
    this.response = response;
    this.named = response.request().conversation() != null;
  }

  /** Whether anything was said before. */
  boolean hasContext() {
    return named || response.request().previousResponseId() != null;
  }

  void askContext(ActorRef<?> holder, ActorRef<Conversation.Reply> replyTo) {
    String parent = response.request().previousResponseId();
    TraceContext place = waitsIn(Stage.CONTEXT);
    send(new Conversation.Context(parent, named, id(), holder, replyTo, place));
  }

  /** Adds the input and what was said; nothing of a response that failed. */
  void append(Response ended, ActorRef<Conversation.Reply> replyTo) {
    ResponseRequest request = response.request();
    List<Item> items = new ArrayList<>(request.input());
    ended.said().forEach(items::add);
    send(
        new Conversation.Append(
            id(),
            request.previousResponseId(),
            named,
            packer.pack(items),
            replyTo,
            waitsIn(Stage.APPEND)));
  }

  private TraceContext waitsIn(Stage stage) {
    if (waiting == null) {
      waiting = stage.begin(trace);
    }
    return waiting.context();
  }

  /** Nothing is waited for any more. */
  void answered() {
    if (waiting != null) {
      waiting.finish();
      waiting = null;
    }
  }

  /** Gives a named conversation back without a turn. */
  void release(ActorRef<Conversation.Reply> replyTo) {
    if (named) {
      send(new Conversation.Release(id(), replyTo));
    }
  }

  private void send(Conversation.Command command) {
    String entity = response.caller().entityId() + "/" + response.id().conversation();
    conversations.tell(new ShardingEnvelope<>(entity, command));
  }

  private String id() {
    return response.id().toString();
  }
}
