package dev.weir.inference.queue;

/**
 * What one call asks of a queue.
 *
 * @param inputTokens how many it sends, as far as is known
 * @param tokens how many it may take, output included: what the queue's bound counts
 */
public record Claim(Asker asker, long inputTokens, long tokens) {

  long outputAtMost() {
    return Math.max(0, tokens - inputTokens);
  }
}
