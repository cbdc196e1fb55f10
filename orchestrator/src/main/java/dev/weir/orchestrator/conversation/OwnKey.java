package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.ConversationKeys.KeyState;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * What a conversation knows of its own key, which is found, made and destroyed as its requests need
 * it. Not part of the state: fetched and lost with the entity, to which it is confined.
 *
 * <pre>
 * fetching  → known      on an answer
 * fetching  → failed     on none: whoever waits is refused
 * known     → fetching   on a request that makes or destroys the key
 * failed    → forgotten  behind whoever waited
 * forgotten → fetching   on the next request
 * </pre>
 */
final class OwnKey {

  /** What a request finds. */
  sealed interface Key {}

  /** To be waited for, until {@link Conversation.KeyTold}. */
  record Fetching() implements Key {}

  record Failed(WeirError error) implements Key {}

  record Known(KeyState state) implements Key {}

  private final String conversation;
  private final ConversationKeys keys;
  private final ActorContext<Conversation.Command> context;

  /** Null is forgotten. */
  private @Nullable Key key;

  OwnKey(String conversation, ConversationKeys keys, ActorContext<Conversation.Command> context) {
    this.conversation = conversation;
    this.keys = keys;
    this.context = context;
    fetch(keys.find(conversation));
  }

  /** What {@code request} finds, once what it needs of the key has been asked for. */
  Key before(ConversationState state, Conversation.Request request) {
    return switch (key) {
      case null -> fetch(keys.find(conversation));
      case Known(ConversationKeys.Absent absent) when begins(request) ->
          fetch(keys.create(conversation));
      case Known(ConversationKeys.Present present) when ends(state, request) ->
          fetch(keys.destroy(conversation));
      case Key known -> known;
    };
  }

  private static boolean begins(Conversation.Request request) {
    return request instanceof Conversation.Create
        || (request instanceof Conversation.Append append
            && !append.exclusive()
            && append.parent() == null);
  }

  private static boolean ends(ConversationState state, Conversation.Request request) {
    return request instanceof Conversation.Delete && state.exists();
  }

  private Key fetch(CompletionStage<KeyState> asked) {
    key = new Fetching();
    context.pipeToSelf(
        asked,
        (found, failure) ->
            new Conversation.KeyTold(
                found == null ? new Failed(WeirError.of(failure)) : new Known(found)));
    return key;
  }

  /** Takes what was told; a failure only for those who have waited for it. */
  void take(Key told) {
    key = told;
    if (told instanceof Failed) {
      context.getSelf().tell(new Conversation.ForgetFailure());
    }
  }

  /** Whoever comes from now on is served by another try. */
  void forget() {
    key = null;
  }
}
