package dev.weir.inference.rollout;

import java.util.Locale;

/**
 * Why a canary is sent back.
 *
 * @param reason in words, with the figures
 */
public record Fault(Kind kind, String reason) {

  /** In what it is worse. */
  public enum Kind {
    SLOWER,
    FAILS,
    WRONG;

    /** As metrics call it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
