package dev.weir.inference.rollout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen on one node since it was last told: of each round and side the first {@value #MOST}
 * calls. Not thread safe.
 */
public final class Rounds {

  private static final int MOST = 1_000;

  /** Calls of both sides. */
  public record Batch(List<Seen> canary, List<Seen> stable) {}

  private final Map<Round, Batch> batches = new LinkedHashMap<>();

  /** Whether this is the first since the last {@link #drain}. */
  public boolean add(Trial trial, Seen seen) {
    boolean first = batches.isEmpty();
    Batch batch =
        batches.computeIfAbsent(
            trial.round(), round -> new Batch(new ArrayList<>(), new ArrayList<>()));
    List<Seen> side = trial.ofCanary() ? batch.canary() : batch.stable();
    if (side.size() < MOST) {
      side.add(seen);
    }
    return first;
  }

  /** All of it, which is then forgotten. */
  public Map<Round, Batch> drain() {
    Map<Round, Batch> all = Map.copyOf(batches);
    batches.clear();
    return all;
  }
}
