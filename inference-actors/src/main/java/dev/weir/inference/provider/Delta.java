package dev.weir.inference.provider;

import dev.weir.inference.item.Usage;

/**
 * One increment of a generation. A stream of deltas holds any number of the first four, at most one
 * {@link Consumed}, and ends with exactly one {@link Finished}; a generation that fails fails its
 * stream with a {@link dev.weir.cluster.error.WeirException} instead.
 */
public sealed interface Delta {

  /** More of the answer. Never empty, never half a surrogate pair. */
  record Text(String text) implements Delta {}

  /** More of what the model thinks. */
  record Reasoning(String text) implements Delta {}

  /** More of a refusal. */
  record Refusal(String text) implements Delta {}

  /**
   * More of the tool call number {@code index}, counted from 0 in the answer. The first delta of a
   * call has {@code callId} and {@code name}; in the later ones both are empty.
   */
  record ToolCall(int index, String callId, String name, String arguments) implements Delta {}

  /** What the upstream says the call has used. */
  record Consumed(Usage usage) implements Delta {}

  /**
   * Where what follows comes from; only from a call that may be kept, and never from an upstream.
   * Comes before the first of the others, and again when whoever reads has to pay from now on.
   *
   * @param key under which the answer is kept
   * @param similarity how much the question it answers is like the one asked; 0 for the same
   */
  record Came(Origin origin, String key, double similarity) implements Delta {

    /** From an equal call, or one of its own. */
    public Came(Origin origin, String key) {
      this(origin, key, 0);
    }

    /** In one word. */
    public String status() {
      return switch (origin) {
        case MODEL -> "miss";
        case FLIGHT -> "shared";
        case CACHE -> similarity > 0 ? "semantic" : "hit";
      };
    }
  }

  /** The end. */
  record Finished(FinishReason reason) implements Delta {}

  /** About how much memory and wire this delta takes, in bytes. The unit of credit. */
  default int size() {
    return switch (this) {
      case Text(String text) -> text.length() + 8;
      case Reasoning(String text) -> text.length() + 8;
      case Refusal(String text) -> text.length() + 8;
      case ToolCall call ->
          call.callId().length() + call.name().length() + call.arguments().length() + 16;
      case Consumed consumed -> 32;
      case Came came -> came.key().length() + 8;
      case Finished finished -> 8;
    };
  }
}
