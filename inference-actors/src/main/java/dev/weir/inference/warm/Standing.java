package dev.weir.inference.warm;

import dev.weir.cluster.serialization.WireMessage;

/**
 * How one node stands with the upstream of a deployment.
 *
 * @param outcome {@value #PENDING}, {@value #OK}, or the code of what it failed with
 * @param message what to do about it; empty for nothing
 * @param connections how many are open and not in use
 */
public record Standing(String outcome, String message, int connections) implements WireMessage {

  static final String PENDING = "pending";
  static final String OK = "ok";

  static final Standing UNKNOWN = new Standing(PENDING, "", 0);

  Standing with(int idle) {
    return new Standing(outcome, message, idle);
  }

  boolean isCold() {
    return !isOk() && !outcome.equals(PENDING);
  }

  boolean isOk() {
    return outcome.equals(OK);
  }
}
