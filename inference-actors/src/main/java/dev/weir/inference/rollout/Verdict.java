package dev.weir.inference.rollout;

import dev.weir.cluster.serialization.WireMessage;

/** What is thought of one call. */
public enum Verdict implements WireMessage {
  /** An answer came, and nothing speaks against it. */
  RIGHT,
  /** An answer came that the evaluator does not take. */
  WRONG,
  /** The upstream, or its node, failed or refused. */
  FAILED,
  /** It did not come to an end: its time says something, no more. */
  UNKNOWN
}
