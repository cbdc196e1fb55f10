package dev.weir.inference.queue;

/**
 * One call in a lane, from its arrival to its end.
 *
 * <p>Compared by identity.
 */
final class Place<T> {

  final T entry;
  final Claim claim;
  final Account<T> account;
  private boolean running;
  private long dueAt;
  private long startedAt;
  private long number;
  private long expected;
  private long produced;

  Place(T entry, Claim claim, Account<T> account) {
    this.entry = entry;
    this.claim = claim;
    this.account = account;
  }

  /** It waits until then at most, as the so manieth that does. */
  void waits(long until, long nth) {
    dueAt = until;
    number = nth;
  }

  long dueAt() {
    return dueAt;
  }

  /** How long it still waits. */
  long left(long now) {
    return dueAt == Long.MAX_VALUE ? Long.MAX_VALUE : dueAt - now;
  }

  /** Tells it from others that are due at the same time. */
  long number() {
    return number;
  }

  void startedAt(long nanos) {
    startedAt = nanos;
  }

  long startedAt() {
    return startedAt;
  }

  boolean isRunning() {
    return running;
  }

  /** It has a slot; {@code expected} output tokens are likely to come. */
  void start(long expectedOutput) {
    running = true;
    expected = Math.min(expectedOutput, claim.outputAtMost());
  }

  void produce(long tokens) {
    produced += tokens;
  }

  long produced() {
    return produced;
  }

  /** What its user's counter is charged for its input. */
  double input() {
    return Lane.INPUT * claim.inputTokens() / claim.asker().weight();
  }

  /** What it is charged for so many tokens of output. */
  double output(long tokens) {
    return Lane.OUTPUT * tokens / claim.asker().weight();
  }

  /** What is likely still to be charged. */
  double outstanding() {
    return running ? output(Math.max(0, expected - produced)) : 0;
  }

  /** What it is likely to be charged in all, when that many tokens of output are the rule. */
  double likely(long output) {
    return input() + output(Math.min(output, claim.outputAtMost()));
  }
}
