package dev.weir.inference.queue;

/**
 * On whose behalf a call waits for its slot.
 *
 * @param user tells users apart and is opaque; never in a log or a label
 * @param weight the user's share of a contended deployment, relative to others; at least 1
 */
public record Asker(String user, int weight, Workload workload) {

  public Asker {
    weight = Math.max(1, weight);
  }
}
