package dev.weir.orchestrator.run.store;

import java.util.Locale;

/** How far a run has come. A parked run waits for a human: a row, no actor. */
public enum RunStatus {
  QUEUED,
  IN_PROGRESS,
  PARKED,
  COMPLETED,
  INCOMPLETE,
  CANCELLED,
  FAILED;

  /** Whether this is an end, after which the row never changes. */
  public boolean ended() {
    return switch (this) {
      case QUEUED, IN_PROGRESS, PARKED -> false;
      case COMPLETED, INCOMPLETE, CANCELLED, FAILED -> true;
    };
  }

  /** The name in the table, and in the API where it has one. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static RunStatus of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
