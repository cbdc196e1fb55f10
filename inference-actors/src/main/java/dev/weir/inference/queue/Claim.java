package dev.weir.inference.queue;

/**
 * What one call asks of a queue.
 *
 * @param inputTokens how many it sends, as far as is known
 * @param tokens how many it may take, output included: what the queue's bound counts
 */
public record Claim(Asker asker, long inputTokens, long tokens, Patience patience) {

  /** Of a call that waits for ever. */
  public Claim(Asker asker, long inputTokens, long tokens) {
    this(asker, inputTokens, tokens, Patience.ENDLESS);
  }

  long outputAtMost() {
    return Math.max(0, tokens - inputTokens);
  }
}
