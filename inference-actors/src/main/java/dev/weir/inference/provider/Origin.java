package dev.weir.inference.provider;

/** Where an answer comes from. Only the first costs whoever reads it. */
public enum Origin {
  /** A call of its own. */
  MODEL,
  /** A call that somebody else's equal request had begun. */
  FLIGHT,
  /** A call that had ended before. */
  CACHE
}
