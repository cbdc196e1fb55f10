package dev.weir.orchestrator.conversation;

import java.util.concurrent.CompletionStage;
import javax.crypto.SecretKey;

/** The keys of all conversations. To destroy one is to delete its conversation, for good. */
public interface ConversationKeys {

  /** What there is of a conversation's key. */
  sealed interface KeyState {}

  /** There never was one. */
  record Absent() implements KeyState {}

  /** There was one; the conversation is gone. */
  record Destroyed() implements KeyState {}

  record Present(SecretKey key) implements KeyState {}

  CompletionStage<KeyState> find(String conversation);

  /** Makes a key where there never was one, and says what there is then. */
  CompletionStage<KeyState> create(String conversation);

  /** Destroys the key; {@link Destroyed} once that is durable. */
  CompletionStage<KeyState> destroy(String conversation);
}
