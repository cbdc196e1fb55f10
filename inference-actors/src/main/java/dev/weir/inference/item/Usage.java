package dev.weir.inference.item;

/**
 * Tokens of one or more model calls.
 *
 * @param inputTokens all input, cached or not
 * @param cachedInputTokens the part of the input the upstream had cached
 * @param outputTokens all output, reasoning included
 * @param reasoningTokens the part of the output that was reasoning
 */
public record Usage(
    long inputTokens, long cachedInputTokens, long outputTokens, long reasoningTokens) {

  public static final Usage ZERO = new Usage(0, 0, 0, 0);

  public long totalTokens() {
    return inputTokens + outputTokens;
  }

  public Usage plus(Usage other) {
    return new Usage(
        inputTokens + other.inputTokens,
        cachedInputTokens + other.cachedInputTokens,
        outputTokens + other.outputTokens,
        reasoningTokens + other.reasoningTokens);
  }
}
