package dev.weir.inference.shadow;

import dev.weir.cluster.serialization.WireMessage;
import java.util.Locale;

/** What became of a call that was sent to a shadow, too. */
public enum Outcome implements WireMessage {
  /** Both answered the same. */
  EQUAL,
  /** Both answered the same, but for blanks and line ends. */
  BLANKS,
  /** Both answered, and not the same. */
  DIFFERENT,
  /** The shadow answered; what was asked before failed. */
  SHOWN_FAILED,
  /** The shadow failed; what was asked before answered. */
  SHADOW_FAILED,
  BOTH_FAILED,
  /** The shadow was not asked, or not to the end: there was no room for it. */
  DROPPED,
  /** The call was given up, and the shadow's with it. */
  GIVEN_UP;

  /** Whether both answered. */
  public boolean isPair() {
    return switch (this) {
      case EQUAL, BLANKS, DIFFERENT -> true;
      case SHOWN_FAILED, SHADOW_FAILED, BOTH_FAILED, DROPPED, GIVEN_UP -> false;
    };
  }

  /** As metrics and operators read it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
