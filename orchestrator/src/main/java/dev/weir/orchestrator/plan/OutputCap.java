package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import org.jspecify.annotations.Nullable;

/** How many tokens an answer may have: the least of what is asked, allowed and left. */
record OutputCap(int tokens) {

  static OutputCap of(long inputTokens, @Nullable Integer wanted, Deployment deployment) {
    long left = deployment.room() - inputTokens;
    int allowed =
        wanted == null ? deployment.maxOutput() : Math.min(wanted, deployment.maxOutput());
    return new OutputCap((int) Math.max(0, Math.min(allowed, left)));
  }

  WeirError tooLong(long inputTokens, Deployment deployment) {
    return new WeirError.InvalidRequest(
        "context_length_exceeded",
        "The input has up to %d tokens; '%s' takes %d with its answer. Shorten it, or set truncation to auto."
            .formatted(inputTokens, deployment.name(), deployment.room()),
        "input");
  }
}
