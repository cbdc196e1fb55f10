package dev.weir.inference.queue;

/** What kind of work a call is a part of. */
public enum Workload {
  /** Somebody waits for it. */
  INTERACTIVE,
  /** Nobody does. */
  BACKGROUND
}
