package dev.weir.inference.rollout.cluster;

import dev.weir.inference.rollout.Fault;

/** What becomes of a canary, and the key of {@code canary} that says so. */
sealed interface Decision {

  /** To the next step. */
  record GoOn(int step) implements Decision {}

  /** Back to nobody. */
  record SendBack(Fault fault) implements Decision {}

  default String key() {
    return switch (this) {
      case GoOn on -> "step";
      case SendBack back -> "stopped";
    };
  }

  default Object value() {
    return switch (this) {
      case GoOn(int step) -> step;
      case SendBack(Fault fault) -> fault.reason();
    };
  }
}
