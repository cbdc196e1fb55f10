package dev.weir.inference.queue;

import java.util.Objects;

/**
 * On whose behalf a call waits for its slot.
 *
 * @param user tells users apart and is opaque; never in a log or a label
 * @param weight the user's share of a contended deployment, relative to others; at least 1
 */
public record Asker(String user, int weight, Workload workload) {

  /** Of callers that do not say. */
  public static final Asker UNKNOWN = new Asker("", 1, Workload.INTERACTIVE);

  /** What was not sent counts as {@link #UNKNOWN}'s. */
  public Asker {
    user = Objects.requireNonNullElse(user, "");
    weight = Math.max(1, weight);
    workload = Objects.requireNonNullElse(workload, Workload.INTERACTIVE);
  }
}
