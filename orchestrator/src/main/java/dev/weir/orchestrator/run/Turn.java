package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/**
 * A response's place in its conversation: the context it needs before it, and the turn it adds.
 * What is asked is asked again until it is answered, at most {@value #MOST_TRIES} times; the
 * conversation takes a repetition for what it is. Thread safe.
 */
final class Turn {

  private static final Duration ASK_AGAIN = Duration.ofSeconds(3);
  private static final int MOST_TRIES = 5;

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<Conversation.Command>> conversations;
  private final Packer packer;
  private final Response response;
  private final boolean named;
  private final TraceContext trace;

  /** The context is of no use any more, and must not be held again. */
  private volatile boolean over;

  /**
   * The turn of one response.
   *
   * @param response with its input
   */
  Turn(
      ActorSystem<?> system,
      ActorRef<ShardingEnvelope<Conversation.Command>> conversations,
      Packer packer,
      Response response,
      TraceContext trace) {
    this.system = system;
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
            ask(
                    replyTo ->
                        new Conversation.Context(parent, named, id(), holder, replyTo, place),
                    1,
                    () -> over)
                .thenCompose(this::items));
  }

  private CompletionStage<List<Item>> items(Conversation.Reply reply) {
    return reply instanceof Conversation.Items(var packed)
        ? packer.unpack(packed)
        : CompletableFuture.failedStage(unexpected(reply).asException());
  }

  /** Adds the input and what was said, and ends the hold. */
  CompletionStage<Conversation.Done> append(Response ended) {
    over = true;
    ResponseRequest request = response.request();
    List<Item> items = new ArrayList<>(request.input());
    ended.said().forEach(items::add);
    return Stage.APPEND.during(
        trace,
        place ->
            ask(replyTo ->
                    new Conversation.Append(
                        id(),
                        request.previousResponseId(),
                        named,
                        packer.pack(items),
                        replyTo,
                        place))
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
    over = true;
    if (named) {
      conversations.tell(envelope(new Conversation.Release(id(), system.ignoreRef())));
    }
  }

  private CompletionStage<Conversation.Reply> ask(
      Function<ActorRef<Conversation.Reply>, Conversation.Command> message) {
    return ask(message, 1, () -> false);
  }

  private CompletionStage<Conversation.Reply> ask(
      Function<ActorRef<Conversation.Reply>, Conversation.Command> message,
      int tries,
      BooleanSupplier needless) {
    return AskPattern.<ShardingEnvelope<Conversation.Command>, Conversation.Reply>ask(
            conversations,
            replyTo -> envelope(message.apply(replyTo)),
            ASK_AGAIN,
            system.scheduler())
        .exceptionallyCompose(
            late ->
                needless.getAsBoolean() || tries == MOST_TRIES
                    ? CompletableFuture.failedStage(silent().asException())
                    : ask(message, tries + 1, needless));
  }

  private ShardingEnvelope<Conversation.Command> envelope(Conversation.Command command) {
    return new ShardingEnvelope<>(
        response.caller().entityId() + "/" + response.id().conversation(), command);
  }

  private String id() {
    return response.id().toString();
  }

  private static WeirError unexpected(Conversation.Reply reply) {
    return reply instanceof Conversation.Refused(WeirError error)
        ? error
        : new WeirError.Internal("conversation_reply", "The conversation answered out of turn.");
  }

  private static WeirError silent() {
    return new WeirError.Unavailable(
        "conversation_unavailable",
        "The conversation did not answer in time; try again shortly.",
        Duration.ofSeconds(2));
  }
}
