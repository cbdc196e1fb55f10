package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import org.jspecify.annotations.Nullable;

/** What to store, if anything, and what to answer then. */
record Decision(@Nullable ConversationEvent event, Reply reply) {

  static Decision answer(Reply reply) {
    return new Decision(null, reply);
  }

  static Decision refuse(WeirError error) {
    return answer(new Conversation.Refused(error));
  }

  static Decision notFound(String code, String message) {
    return refuse(new WeirError.NotFound(code, message));
  }

  static Decision noConversation() {
    return notFound("conversation_not_found", "No such conversation.");
  }

  /** Once the key is destroyed there is no conversation, but its Delete may be repeated. */
  static Decision onDestroyed(ConversationState state, Conversation.Request request) {
    if (!(request instanceof Conversation.Delete delete)) {
      return noConversation();
    }
    if (state.deletedBy() == null) {
      return new Decision(
          new ConversationEvent.Deleted(delete.commandId()), new Conversation.Done());
    }
    return state.deletedBy().equals(delete.commandId())
        ? answer(new Conversation.Done())
        : noConversation();
  }

  Decision storing(ConversationEvent stored) {
    return new Decision(stored, reply);
  }

  boolean granted() {
    return !(reply instanceof Conversation.Refused);
  }
}
