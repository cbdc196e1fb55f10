package dev.weir.orchestrator.user;

/** What a budget counts, and over which window. */
public enum Meter {
  REQUESTS_PER_MINUTE(Span.MINUTE, "requests per minute"),
  TOKENS_PER_MINUTE(Span.MINUTE, "tokens per minute"),
  TOKENS_PER_DAY(Span.DAY, "tokens per day"),
  /** Money in nano-USD. */
  USD_PER_MONTH(Span.MONTH, "nano-USD per month");

  private final Span span;
  private final String words;

  Meter(Span span, String words) {
    this.span = span;
    this.words = words;
  }

  public Span span() {
    return span;
  }

  /** The meter as a caller reads it in an error. */
  public String words() {
    return words;
  }
}
