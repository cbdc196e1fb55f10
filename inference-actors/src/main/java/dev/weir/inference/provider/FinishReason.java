package dev.weir.inference.provider;

/** Why a generation ended by itself. */
public enum FinishReason {
  /** The model had said all. */
  STOP,
  /** The output cap was reached. */
  LENGTH,
  /** The model waits for the results of its tool calls. */
  TOOL_CALLS,
  /** The upstream withheld the rest. */
  CONTENT_FILTER
}
