package dev.weir.inference.catalog;

import dev.weir.cluster.config.Keys;
import java.util.Arrays;
import java.util.Locale;

/** How an upstream is made to go on with an answer that broke off elsewhere, if it can be. */
public enum Continuation {
  /** It cannot. */
  OFF,
  /** The text so far is sent as the assistant's last message, and the answer goes on after it. */
  ASSISTANT,
  /** As {@link #ASSISTANT}, and the message is marked as a {@code prefix}. */
  PREFIX,
  /** As {@link #ASSISTANT}, and vLLM's {@code continue_final_message} is set. */
  CONTINUE_FINAL_MESSAGE;

  static Continuation from(String key, String word) {
    for (Continuation continuation : values()) {
      if (continuation.word().equals(word)) {
        return continuation;
      }
    }
    throw Keys.refusal(
        key, word, "one of " + Arrays.stream(values()).map(Continuation::word).toList());
  }

  /** As configuration says it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
